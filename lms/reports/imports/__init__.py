"""外部导入 at the desk: a list is sent, its columns chosen, tried, confirmed, and undone if it was wrong."""

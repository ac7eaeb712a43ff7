// What pages and the service worker call the same.

/** The tag under which a page asks to be sent for, once there is a network. */
export const TAG = "reports";
/** The kind of message with which the worker tells open pages what it has sent. */
export const MESSAGE = "reports-sent";

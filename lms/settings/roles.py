"""What each role may do in the Wagtail admin, by group (lms/people/domain/groups.py keeps them).

"app.codename", or "app.*" for every permission of an app. Whose content somebody may change is narrowed
further by lms.people.policies.
"""

_OPEN_ADMIN = "wagtailadmin.access_admin"
_PICK_FILES = ["wagtailimages.choose_image", "wagtaildocs.choose_document"]
_REVIEWER = {
    "models": [_OPEN_ADMIN, "media.*"],
    "pages": ["wagtailcore.change_page"],
    "collections": _PICK_FILES,
}

ROLE_PERMISSIONS: dict[str, dict[str, list[str]]] = {
    "trainer": {
        "models": [_OPEN_ADMIN, "media.*", "courses.*"],
        "pages": ["wagtailcore.add_page", "wagtailcore.change_page", "wagtailcore.publish_page"],
        "collections": [
            *_PICK_FILES,
            "wagtailimages.add_image",
            "wagtailimages.change_image",
            "wagtaildocs.add_document",
            "wagtaildocs.change_document",
        ],
    },
    "reviewer_first": _REVIEWER,
    "reviewer_second": _REVIEWER,
    "reviewer_final": {**_REVIEWER, "pages": ["wagtailcore.change_page", "wagtailcore.publish_page"]},
    # Sites and workflows: how the site runs, not what is taught and not who may do what. The steps of a workflow are
    # the three of review: a new kind of step could let a group approve, and who may approve is said by roles.
    "system_admin": {
        "models": [
            _OPEN_ADMIN,
            "wagtailcore.add_site",
            "wagtailcore.change_site",
            "wagtailcore.add_workflow",
            "wagtailcore.change_workflow",
            "wagtailcore.change_task",
        ]
    },
    # Persons, roles and invitations have pages of their own under /staff/.
    "security_admin": {"models": [_OPEN_ADMIN]},
    "audit_admin": {"models": [_OPEN_ADMIN, "audit.view_auditentry"]},
}

"""Choices of lms.people; stored codes are those of the glossary."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LearnerCategory(models.TextChoices):
    """What a person calls herself when registering; whether somebody is a cadre on a day is said by posts."""

    FARMER = "farmer", _("Farmer")
    COOPERATIVE_LEADER = "cooperative_leader", _("Cooperative leader")
    FAMILY_FARM = "family_farm", _("Family farm operator")
    ELDER = "elder", _("Elder")
    CADRE = "cadre", _("Cadre")


# Whom an agriculture department may see.
FARMERS = frozenset({LearnerCategory.FARMER, LearnerCategory.COOPERATIVE_LEADER, LearnerCategory.FAMILY_FARM})


class PersonnelCategory(models.TextChoices):
    """The category of a post; it decides which credit requirements bind."""

    VILLAGE_CADRE = "village_cadre", _("Village cadre")
    TOWNSHIP_CADRE = "township_cadre", _("Township cadre")
    GRID_WORKER = "grid_worker", _("Grid worker")
    GRID_LEADER = "grid_leader", _("Grid leader")
    CIVIL_SERVANT = "civil_servant", _("Civil servant")
    CIVIL_SERVANT_BY_REFERENCE = "civil_servant_by_reference", _("Staff managed by reference to the Civil Servant Law")
    PUBLIC_INSTITUTION_STAFF = "public_institution_staff", _("Public institution staff")
    RESIDENT_FIRST_SECRETARY = "resident_first_secretary", _("Resident first secretary")


class PostLevel(models.TextChoices):
    """职务层次; it drives the credit requirement."""

    COUNTY_LEVEL_PRINCIPAL = "county_level_principal", _("County-division level, principal")
    COUNTY_LEVEL_DEPUTY = "county_level_deputy", _("County-division level, deputy")
    TOWNSHIP_LEVEL_PRINCIPAL = "township_level_principal", _("Township-section level, principal")
    TOWNSHIP_LEVEL_DEPUTY = "township_level_deputy", _("Township-section level, deputy")
    STAFF_LEVEL = "staff_level", _("Staff member level")


class DivisionLevel(models.TextChoices):
    PROVINCE = "province", _("Province")
    PREFECTURE = "prefecture", _("Prefecture")
    COUNTY = "county", _("County")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village")


# How many of the twelve digits of a code say where a division of this level is.
LEVEL_DIGITS = {
    DivisionLevel.PROVINCE: 2,
    DivisionLevel.PREFECTURE: 4,
    DivisionLevel.COUNTY: 6,
    DivisionLevel.TOWNSHIP: 9,
    DivisionLevel.VILLAGE: 12,
}


class OrgKind(models.TextChoices):
    ORGANIZATION_DEPARTMENT = "organization_department", _("Organisation Department")
    CYBERSPACE_DEPARTMENT = "cyberspace_department", _("Cyberspace affairs department")
    AGRICULTURE_DEPARTMENT = "agriculture_department", _("Agriculture and rural affairs department")
    PARTY_SCHOOL = "party_school", _("Party school")
    CADRE_ONLINE_ACADEMY = "cadre_online_academy", _("Cadre online academy")
    AGRI_BROADCAST_SCHOOL = "agri_broadcast_school", _("Agricultural broadcasting school")
    TRAINING_PROVIDER = "training_provider", _("Training provider")
    SCHOOL = "school", _("School")
    TECHNOLOGY_COMPANY = "technology_company", _("Technology company")
    SOCIAL_ORGANIZATION = "social_organization", _("Social organisation")
    COOPERATIVE = "cooperative", _("Cooperative")
    VILLAGE_COMMITTEE = "village_committee", _("Village committee")
    TOWNSHIP_GOVERNMENT = "township_government", _("Township government")
    COUNTY_GOVERNMENT = "county_government", _("County government")
    PLATFORM_OPERATOR = "platform_operator", _("Operator of this site")


class RoleKind(models.TextChoices):
    TRAINER = "trainer", _("Trainer")
    REVIEWER = "reviewer", _("Reviewer")
    OFFICER = "officer", _("Officer")
    LEARNING_HELPER = "learning_helper", _("Learning helper")
    UNIT_PERSONNEL_OFFICER = "unit_personnel_officer", _("Personnel officer of the unit")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


# Three administrators are three people (POLICY 4.2): nobody holds two of these roles at once.
ADMINISTRATORS = frozenset({RoleKind.SYSTEM_ADMIN, RoleKind.SECURITY_ADMIN, RoleKind.AUDIT_ADMIN})
# Whom the Wagtail admin and the officer's desk let in. A learning helper works on learning pages.
ADMIN_ROLES = frozenset({RoleKind.TRAINER, RoleKind.REVIEWER, *ADMINISTRATORS})
DESK_ROLES = frozenset({RoleKind.OFFICER, RoleKind.UNIT_PERSONNEL_OFFICER})
# Who may put right a learner's number, with the learner present.
HELPING_ROLES = frozenset({RoleKind.LEARNING_HELPER, RoleKind.OFFICER})


class ReviewStep(models.TextChoices):
    """初审, 复审, 终审: each step its own person."""

    FIRST = "first", _("First review")
    SECOND = "second", _("Second review")
    FINAL = "final", _("Final review")


class Purpose(models.TextChoices):
    """Why somebody asks to see persons; each purpose opens its own rows (law 8)."""

    CADRE_TRAINING = "cadre_training", _("Training of cadres")
    FARMER_TRAINING = "farmer_training", _("Training of farmers")
    HELPING = "helping", _("Help on site, with the learner present")
    SETTLING_APPEALS = "settling_appeals", _("Settling of appeals")
    CERTIFICATES = "certificates", _("Certificates of people who are no cadres")
    REVIEWING_CLAIMS = "reviewing_claims", _("First review of credit claims")
    UNIT_TRAINING = "unit_training", _("Training of the unit's own people")
    ACCOUNT_ADMINISTRATION = "account_administration", _("Administration of staff accounts")
    ROSTER = "roster", _("Keeping of the roster of cadres")


# What the audit log calls it when somebody sees a masked person in full.
UNMASKED = "person.unmasked"
# And when two accounts become one.
MERGED = "person.merged"
# And when they are two again.
SEPARATED = "person.separated"


class RosterMove(models.TextChoices):
    """变动: what a row of a roster says of a post; history is never overwritten, so it is said and never guessed."""

    APPOINTMENT = "appointment", _("New appointment")
    TRANSFER = "transfer", _("Transfer")
    PROMOTION = "promotion", _("Promotion")
    CONCURRENT = "concurrent", _("Concurrent post")
    LEAVING = "leaving", _("Leaving")


class RosterOutcome(models.TextChoices):
    """What becomes of a row when the import is confirmed; in the order in which an officer looks at them."""

    ERROR = "error", _("To be mended")
    CONFLICT = "conflict", _("In conflict")
    ASK = "ask", _("To be decided")
    CREATE = "create", _("New persons")
    CHANGE = "change", _("Changes")
    LEAVE = "leave", _("Leavers")
    SAME = "same", _("As it is")


class RosterStepKind(models.TextChoices):
    """One thing that an import made or ended."""

    PERSON_CREATED = "person_created", _("Person created")
    IDENTITY_ADDED = "identity_added", _("Identity number added")
    CONTACT_ADDED = "contact_added", _("Phone added")
    POST_BEGUN = "post_begun", _("Post begun")
    POST_ENDED = "post_ended", _("Post ended")
    MEMBERSHIP_BEGUN = "membership_begun", _("Membership begun")
    MEMBERSHIP_ENDED = "membership_ended", _("Membership ended")


class ContactKind(models.TextChoices):
    PHONE = "phone", _("Phone")


class LegalBasis(models.TextChoices):
    CONSENT = "consent", _("Consent")
    STATUTORY_DUTY = "statutory_duty", _("Statutory duty")
    CONTRACT = "contract", _("Contract")
    LABOUR_MANAGEMENT = "labour_management", _("Labour management")
    OTHER_STATUTORY = "other_statutory", _("Another legal ground")


class NoticeAudience(models.TextChoices):
    EVERYBODY = "everybody", _("Everybody")
    GUARDIAN = "guardian", _("Guardians of learners under 14")


class ConsentMeans(models.TextChoices):
    """How it is known that the right person agreed."""

    SMS_CODE = "sms_code", _("With a code sent to the phone")
    IN_PERSON = "in_person", _("In person")
    INVITATION = "invitation", _("When taking up an invitation")
    SIGNED_IN = "signed_in", _("With a button, signed in")


class Picture(models.TextChoices):
    """What stands beside a name where several people share a phone; each is a symbol of lms/static/pictures.svg."""

    RICE = "rice", _("ear of rice")
    CORN = "corn", _("corn cob")
    PEPPER = "pepper", _("red pepper")
    RADISH = "radish", _("radish")
    MUSHROOM = "mushroom", _("mushroom")
    CHICK = "chick", _("chick")
    FISH = "fish", _("fish")
    OX = "ox", _("ox")


class DeviceKind(models.TextChoices):
    """What somebody signed in on, as coarse as she needs in order to recognise it."""

    WECHAT = "wechat", _("phone, in WeChat")
    QQ = "qq", _("phone, in QQ")
    IPHONE = "iphone", _("iPhone")
    ANDROID = "android", _("Android phone")
    COMPUTER = "computer", _("computer")
    OTHER = "other", _("another device")

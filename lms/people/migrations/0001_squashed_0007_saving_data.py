import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import lms.people.models.persons
import lms.people.models.places


class Migration(migrations.Migration):
    replaces = [
        ("people", "0001_people"),
        ("people", "0002_roster"),
        ("people", "0003_delegations"),
        ("people", "0004_privacy_news"),
        ("people", "0005_find_accounts_by_the_one_that_stays"),
        ("people", "0006_accounts_kept_on_phones"),
        ("people", "0007_saving_data"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number_index", models.CharField(max_length=128, verbose_name="keyed index of the number")),
                ("template_id", models.CharField(max_length=64, verbose_name="template")),
                ("reference", models.CharField(blank=True, max_length=128, verbose_name="provider's receipt")),
                ("accepted", models.BooleanField(verbose_name="accepted by the provider")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
            ],
            options={
                "verbose_name": "sent message",
                "verbose_name_plural": "sent messages",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "login_code",
                    models.CharField(
                        default=lms.people.models.persons.new_login_code,
                        max_length=16,
                        unique=True,
                        verbose_name="login code",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("farmer", "Farmer"),
                            ("cooperative_leader", "Cooperative leader"),
                            ("family_farm", "Family farm operator"),
                            ("elder", "Elder"),
                            ("cadre", "Cadre"),
                        ],
                        default="farmer",
                        max_length=24,
                        verbose_name="learner category",
                    ),
                ),
                ("birth_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="year of birth")),
                ("language", models.CharField(default="zh-hans", max_length=10, verbose_name="language")),
                ("elder_mode", models.BooleanField(default=False, verbose_name="elder mode")),
                ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="joined")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="account closed")),
                ("password_changed_at", models.DateTimeField(blank=True, null=True, verbose_name="password changed")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="merged into",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                ("saves_data", models.BooleanField(default=False, verbose_name="saves data")),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "persons",
                "indexes": [
                    models.Index(fields=["kind"], name="people_person_kind"),
                    models.Index(
                        django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Coalesce("merged_into", "id"),
                            models.BigIntegerField(),
                        ),
                        name="people_person_stays",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("is_superuser", False)), name="people_person_no_superuser"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into__isnull", True),
                            models.Q(("merged_into", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="people_person_not_merged_into_self",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "kind",
                    models.CharField(choices=[("phone", "Phone")], default="phone", max_length=8, verbose_name="kind"),
                ),
                ("encrypted", models.TextField(verbose_name="encrypted number")),
                ("index", models.CharField(max_length=128, verbose_name="keyed index")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "abstract": False,
                "indexes": [models.Index(fields=["index"], name="people_contact_index")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_contact_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Division",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "code",
                    models.CharField(
                        max_length=12,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("^\\d{12}$")],
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "Province"),
                            ("prefecture", "Prefecture"),
                            ("county", "County"),
                            ("township", "Township"),
                            ("village", "Village"),
                        ],
                        max_length=12,
                        verbose_name="level",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="people.division",
                        verbose_name="lies in",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="people.division",
                        verbose_name="became",
                    ),
                ),
            ],
            options={
                "verbose_name": "division",
                "verbose_name_plural": "divisions",
                "ordering": ["code"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_division_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{12}$")), name="people_division_code"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Belonging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="belongings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="belongings",
                        to="people.division",
                        verbose_name="division",
                    ),
                ),
            ],
            options={
                "verbose_name": "belonging to a village",
                "verbose_name_plural": "belongings to villages",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_belonging_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active_to__isnull", True)),
                        fields=("person",),
                        name="people_belonging_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactorReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("requested_at", models.DateTimeField(verbose_name="requested")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved on")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="factor_resets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
            ],
            options={
                "verbose_name": "reset of a second factor",
                "verbose_name_plural": "resets of second factors",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("requested_by", models.F("person")), _negated=True),
                            models.Q(
                                ("approved_by__isnull", True),
                                models.Q(
                                    models.Q(("approved_by", models.F("requested_by")), _negated=True),
                                    models.Q(("approved_by", models.F("person")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="people_factorreset_three_persons",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("approved_at__isnull", True)),
                        fields=("person",),
                        name="people_factorreset_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=128, unique=True, verbose_name="hash of the code")),
                ("created_at", models.DateTimeField(verbose_name="invited")),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="taken up")),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invited by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
            },
        ),
        migrations.CreateModel(
            name="Org",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "code",
                    models.CharField(
                        default=lms.people.models.places.new_org_code, max_length=32, unique=True, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("organization_department", "Organisation Department"),
                            ("cyberspace_department", "Cyberspace affairs department"),
                            ("agriculture_department", "Agriculture and rural affairs department"),
                            ("party_school", "Party school"),
                            ("cadre_online_academy", "Cadre online academy"),
                            ("agri_broadcast_school", "Agricultural broadcasting school"),
                            ("training_provider", "Training provider"),
                            ("school", "School"),
                            ("technology_company", "Technology company"),
                            ("social_organization", "Social organisation"),
                            ("cooperative", "Cooperative"),
                            ("village_committee", "Village committee"),
                            ("township_government", "Township government"),
                            ("county_government", "County government"),
                            ("platform_operator", "Operator of this site"),
                        ],
                        max_length=32,
                        verbose_name="kind",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orgs",
                        to="people.division",
                        verbose_name="division",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["division__code", "name"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_org_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="people.org",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_membership_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active_to__isnull", True)),
                        fields=("person", "org"),
                        name="people_membership_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                ("title", models.CharField(max_length=80, verbose_name="title of the post")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("village_cadre", "Village cadre"),
                            ("township_cadre", "Township cadre"),
                            ("grid_worker", "Grid worker"),
                            ("grid_leader", "Grid leader"),
                            ("civil_servant", "Civil servant"),
                            ("civil_servant_by_reference", "Staff managed by reference to the Civil Servant Law"),
                            ("public_institution_staff", "Public institution staff"),
                            ("resident_first_secretary", "Resident first secretary"),
                        ],
                        max_length=32,
                        verbose_name="personnel category",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("county_level_principal", "County-division level, principal"),
                            ("county_level_deputy", "County-division level, deputy"),
                            ("township_level_principal", "Township-section level, principal"),
                            ("township_level_deputy", "Township-section level, deputy"),
                            ("staff_level", "Staff member level"),
                        ],
                        max_length=32,
                        verbose_name="post level",
                    ),
                ),
                (
                    "cadre_authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="managed_posts",
                        to="people.org",
                        verbose_name="cadre administration authority",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="people.org",
                        verbose_name="work unit",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "post",
                "verbose_name_plural": "posts",
                "abstract": False,
                "indexes": [models.Index(fields=["cadre_authority", "active_from"], name="people_post_authority")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_post_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivacyNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(
                        choices=[("everybody", "Everybody"), ("guardian", "Guardians of learners under 14")],
                        max_length=12,
                        verbose_name="for whom",
                    ),
                ),
                ("version", models.CharField(max_length=16, verbose_name="version")),
                ("text_zh", models.TextField(verbose_name="text in Chinese")),
                ("text_en", models.TextField(verbose_name="text in English")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("statutory_duty", "Statutory duty"),
                            ("contract", "Contract"),
                            ("labour_management", "Labour management"),
                            ("other_statutory", "Another legal ground"),
                        ],
                        default="consent",
                        max_length=20,
                        verbose_name="legal basis of what is new",
                    ),
                ),
                ("changes_en", models.TextField(blank=True, verbose_name="what is new, in English")),
                ("changes_zh", models.TextField(blank=True, verbose_name="what is new, in Chinese")),
            ],
            options={
                "verbose_name": "privacy notice",
                "verbose_name_plural": "privacy notices",
                "get_latest_by": "published_at",
                "constraints": [models.UniqueConstraint(fields=("audience", "version"), name="people_notice_version")],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "Consent"),
                            ("statutory_duty", "Statutory duty"),
                            ("contract", "Contract"),
                            ("labour_management", "Labour management"),
                            ("other_statutory", "Another legal ground"),
                        ],
                        default="consent",
                        max_length=20,
                        verbose_name="legal basis",
                    ),
                ),
                ("separate", models.BooleanField(default=False, verbose_name="separate consent")),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("sms_code", "With a code sent to the phone"),
                            ("in_person", "In person"),
                            ("invitation", "When taking up an invitation"),
                            ("signed_in", "With a button, signed in"),
                        ],
                        max_length=12,
                        verbose_name="how",
                    ),
                ),
                ("guardian_name", models.TextField(blank=True, verbose_name="guardian's name, encrypted")),
                ("guardian_phone", models.TextField(blank=True, verbose_name="guardian's phone, encrypted")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="people.privacynotice",
                        verbose_name="privacy notice",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("person", "notice"),
                        name="people_consent_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("guardian_name", ""), ("separate", True), _connector="OR"),
                        name="people_consent_guardian_is_separate",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("trainer", "Trainer"),
                            ("reviewer", "Reviewer"),
                            ("officer", "Officer"),
                            ("learning_helper", "Learning helper"),
                            ("unit_personnel_officer", "Personnel officer of the unit"),
                            ("system_admin", "System administrator"),
                            ("security_admin", "Security administrator"),
                            ("audit_admin", "Audit administrator"),
                        ],
                        max_length=32,
                        verbose_name="role",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        blank=True,
                        choices=[("first", "First review"), ("second", "Second review"), ("final", "Final review")],
                        max_length=8,
                        verbose_name="review step",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="granted_roles",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="granted by",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="people.org",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_role_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active_to__isnull", True)),
                        fields=("person", "kind", "org", "step"),
                        name="people_role_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reviewer"), models.Q(("step", ""), _negated=True)),
                            models.Q(models.Q(("kind", "reviewer"), _negated=True), ("step", "")),
                            _connector="OR",
                        ),
                        name="people_role_step_of_reviewer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SmsDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                (
                    "valid_until",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="The timestamp of the moment of expiry of the saved token.",
                    ),
                ),
                (
                    "last_generated_timestamp",
                    models.DateTimeField(
                        blank=True, help_text="The last time a token was generated for this device.", null=True
                    ),
                ),
                (
                    "throttling_failure_timestamp",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="A timestamp of the last failed verification attempt. Null if last attempt succeeded.",
                        null=True,
                    ),
                ),
                (
                    "throttling_failure_count",
                    models.PositiveIntegerField(default=0, help_text="Number of successive failed attempts."),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        help_text="The date and time when this device was initially created in the system.",
                        null=True,
                    ),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        blank=True, help_text="The most recent date and time this device was used.", null=True
                    ),
                ),
                ("name", models.CharField(default="sms", max_length=64, verbose_name="name")),
                ("token", models.CharField(blank=True, max_length=128, null=True, verbose_name="hash of the code")),
                (
                    "number_index",
                    models.CharField(max_length=128, unique=True, verbose_name="keyed index of the number"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone that receives codes",
                "verbose_name_plural": "phones that receive codes",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=24, verbose_name="what is counted")),
                ("key", models.CharField(max_length=128, verbose_name="keyed index")),
                ("window_start", models.DateTimeField(verbose_name="window")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="count")),
            ],
            options={
                "verbose_name": "tally of tries",
                "verbose_name_plural": "tallies of tries",
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "key", "window_start"), name="people_tally_window")
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("encrypted", models.TextField(verbose_name="encrypted number")),
                ("index", models.CharField(max_length=64, unique=True, verbose_name="keyed index")),
                ("added_at", models.DateTimeField(verbose_name="added")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity number",
                "verbose_name_plural": "identity numbers",
            },
        ),
        migrations.CreateModel(
            name="RosterBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(verbose_name="read")),
                ("lines", models.TextField(blank=True, verbose_name="encrypted rows")),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("choices", models.JSONField(default=dict, verbose_name="decided row by row")),
                ("counts", models.JSONField(default=dict, verbose_name="what it did")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                ("undone_why", models.CharField(blank=True, max_length=200, verbose_name="why undone")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster_batches",
                        to="people.org",
                        verbose_name="organisation department",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="read by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of a roster",
                "verbose_name_plural": "imports of rosters",
                "ordering": ["-read_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_at__isnull", True), ("confirmed_at__isnull", False), _connector="OR"
                        ),
                        name="people_rosterbatch_undone_after_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at__isnull", True), ("lines", ""), _connector="OR"),
                        name="people_rosterbatch_forgets_its_rows",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person_created", "Person created"),
                            ("identity_added", "Identity number added"),
                            ("contact_added", "Phone added"),
                            ("post_begun", "Post begun"),
                            ("post_ended", "Post ended"),
                            ("membership_begun", "Membership begun"),
                            ("membership_ended", "Membership ended"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("person_id", models.PositiveBigIntegerField(verbose_name="person")),
                ("object_id", models.PositiveBigIntegerField(verbose_name="row made or ended")),
                ("ended_before", models.DateField(null=True, verbose_name="end before")),
                ("ended_after", models.DateField(null=True, verbose_name="end afterwards")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="people.rosterbatch",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of an import",
                "verbose_name_plural": "steps of imports",
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "kind", "object_id"), name="people_rosterstep_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Merging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed", models.JSONField(verbose_name="what changed")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("merged_at", models.DateTimeField(verbose_name="merged")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                ("undone_why", models.CharField(blank=True, max_length=200, verbose_name="why undone")),
                (
                    "duplicate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account that went",
                    ),
                ),
                (
                    "merged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="merged by",
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account that stayed",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "merging of two accounts",
                "verbose_name_plural": "mergings of accounts",
                "ordering": ["-merged_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("duplicate",),
                        name="people_merging_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                ("given_at", models.DateTimeField(verbose_name="given")),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegations",
                        to="people.role",
                        verbose_name="role",
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stand-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
                "ordering": ["-active_from", "-pk"],
                "abstract": False,
                "indexes": [models.Index(models.F("taker"), models.F("active_from"), name="people_delegation_taker")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="people_delegation_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("active_to__isnull", False)), name="people_delegation_ends"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(verbose_name="read")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.privacynotice",
                        verbose_name="privacy notice",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices_read",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice that was read",
                "verbose_name_plural": "notices that were read",
                "constraints": [models.UniqueConstraint(fields=("person", "notice"), name="people_notice_read_once")],
            },
        ),
        migrations.CreateModel(
            name="PhoneSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_key", models.CharField(max_length=40, unique=True, verbose_name="session")),
                (
                    "device",
                    models.CharField(
                        choices=[
                            ("wechat", "phone, in WeChat"),
                            ("qq", "phone, in QQ"),
                            ("iphone", "iPhone"),
                            ("android", "Android phone"),
                            ("computer", "computer"),
                            ("other", "another device"),
                        ],
                        default="other",
                        max_length=12,
                        verbose_name="device",
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="signed in")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phone_sessions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "device that is signed in",
                "verbose_name_plural": "devices that are signed in",
            },
        ),
        migrations.CreateModel(
            name="KeptAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_index", models.CharField(max_length=128, verbose_name="keyed index of the phone")),
                (
                    "picture",
                    models.CharField(
                        choices=[
                            ("rice", "ear of rice"),
                            ("corn", "corn cob"),
                            ("pepper", "red pepper"),
                            ("radish", "radish"),
                            ("mushroom", "mushroom"),
                            ("chick", "chick"),
                            ("fish", "fish"),
                            ("ox", "ox"),
                        ],
                        max_length=12,
                        verbose_name="picture",
                    ),
                ),
                ("kept_at", models.DateTimeField(verbose_name="kept since")),
                ("last_used_at", models.DateTimeField(verbose_name="last used")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_accounts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "account kept on a phone",
                "verbose_name_plural": "accounts kept on phones",
                "constraints": [
                    models.UniqueConstraint(fields=("phone_index", "person"), name="people_kept_once_on_a_phone")
                ],
            },
        ),
    ]

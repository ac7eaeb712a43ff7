"""Where staff sign in, and where the security administrator works."""

from django.urls import path

from lms.people.views import assisting, helping, staff_people, staff_sign_in

app_name = "staff"
urlpatterns = [
    path("", staff_sign_in.home, name="home"),
    path("sign-in/", staff_sign_in.sign_in, name="sign_in"),
    path("factor/", staff_sign_in.factor, name="factor"),
    path("enrol/", staff_sign_in.enrol, name="enrol"),
    path("invitation/", staff_sign_in.invitation, name="invitation"),
    path("invitation/<str:code>/", staff_sign_in.invitation, name="invitation"),
    path("password/", staff_sign_in.password, name="password"),
    path("people/", staff_people.people, name="people"),
    path("people/invite/", staff_people.invite, name="invite"),
    path("people/<int:pk>/", staff_people.person, name="person"),
    path("people/<int:pk>/invite-again/", staff_people.reinvite, name="reinvite"),
    path("people/<int:pk>/reset/", staff_people.ask_reset, name="ask_reset"),
    path("roles/<int:pk>/end/", staff_people.end, name="end_role"),
    path("resets/<int:pk>/approve/", staff_people.approve, name="approve_reset"),
    path("help/phone/", helping.help_with_phone, name="help_with_phone"),
    path("learners/sign-up/", assisting.about, name="sign_up"),
    path("learners/sign-up/consent/", assisting.consent, name="sign_up_consent"),
    path("learners/sign-up/code/", assisting.code, name="sign_up_code"),
    path("learners/", helping.learners, name="learners"),
    path("learners/<int:pk>/", helping.see_in_full, name="see_in_full"),
    path("learners/<int:pk>/merge/", helping.other_account, name="other_account"),
    path("learners/<int:stays>/merge/<int:goes>/", helping.merge_accounts, name="merge"),
]

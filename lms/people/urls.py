"""Where learners sign in, register and look after their account."""

from django.urls import path

from lms.people.views import account, keeping, register, sign_in

app_name = "people"
urlpatterns = [
    path("", account.account, name="account"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="code"),
    path("sign-in/person/", sign_in.choose_person, name="choose_person"),
    path("sign-in/question/", sign_in.known_fact, name="known_fact"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("switch/", keeping.switch, name="switch"),
    path("settings/", keeping.site_settings, name="settings"),
    path("settings/stay/", keeping.stay, name="stay"),
    path("settings/end/", keeping.end, name="end_session"),
    path("register/village/", register.village, name="register_village"),
    path("register/", register.about, name="register"),
    path("register/guardian/", register.guardian, name="guardian"),
    path("register/guardian/code/", register.guardian_code, name="guardian_code"),
    path("register/notice/", register.notice, name="register_notice"),
    path("notice/", account.notice, name="notice"),
    path("notice/answer/", account.answer_notice, name="notice_answer"),
    path("copy/", account.own_copy, name="own_copy"),
    path("phone/", account.phone, name="phone"),
    path("correct/", account.correct, name="correct"),
    path("village/", account.move, name="move"),
    path("close/", account.close, name="close"),
    path("elder-mode/", account.elder_mode, name="elder_mode"),
    path("saving-data/", account.saving_data, name="saving_data"),
    path("language/", account.language, name="language"),
]

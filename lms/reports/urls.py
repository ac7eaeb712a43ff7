"""Addresses of the officer's desk."""

from django.urls import path

from lms.reports import views
from lms.reports.appeals import views as appeals
from lms.reports.assignments import views as assignments
from lms.reports.attestations import certificates
from lms.reports.attestations import views as attestations
from lms.reports.cadres import views as cadres
from lms.reports.claims import views as claims
from lms.reports.devices import views as devices
from lms.reports.exemptions import views as exemptions
from lms.reports.imports import views as imports
from lms.reports.merging import views as merging
from lms.reports.reminders import views as reminders
from lms.reports.requirements import views as requirements
from lms.reports.roster import views as roster
from lms.reports.rules import trial
from lms.reports.rules import views as rules
from lms.reports.saved import views as saved
from lms.reports.screenings import views as screenings
from lms.reports.years import views as years

app_name = "desk"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("views/", saved.views, name="views"),
    path("views/<int:pk>/", saved.open_view, name="view"),
    path("views/<int:pk>/rename/", saved.rename, name="rename_view"),
    path("views/<int:pk>/delete/", saved.delete, name="delete_view"),
    path("people/", cadres.people, name="people"),
    path("people/<int:pk>/", cadres.person, name="person"),
    path("people/<int:pk>/entries/<int:entry>/", cadres.entry, name="entry"),
    path("people/<int:pk>/exemptions/new/", exemptions.propose, name="propose_exemption"),
    path("exemptions/", exemptions.exemptions, name="exemptions"),
    path("exemptions/<int:pk>/", exemptions.exemption, name="exemption"),
    path("exemptions/<int:pk>/decide/", exemptions.decide, name="decide_exemption"),
    path("exemptions/<int:pk>/withdraw/", exemptions.withdraw, name="withdraw_exemption"),
    path("exemptions/<int:pk>/document/", exemptions.document, name="exemption_document"),
    path("requirements/", requirements.requirements, name="requirements"),
    path("requirements/<int:pk>/end/", requirements.end, name="end_requirement"),
    path("farmers/<int:pk>/", views.farmer, name="farmer"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.send, name="import_send"),
    path("imports/<int:pk>/", imports.one_import, name="import"),
    path("imports/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("claims/", claims.claims, name="claims"),
    path("claims/stand-in/", claims.stand_in, name="stand_in"),
    path("claims/stand-in/<int:pk>/end/", claims.end_stand_in, name="end_stand_in"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/files/<int:file>/", claims.evidence, name="claim_file"),
    path("screenings/", screenings.screenings, name="screenings"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:sighting>/", devices.note, name="note_device"),
    path("years/", years.years, name="years"),
    path("years/begin/", years.open_closing, name="open_year"),
    path("years/<int:pk>/", years.year, name="year"),
    path("years/<int:pk>/close/", years.close, name="close_year"),
    path("years/<int:pk>/units/<int:unit_id>/", years.unit, name="year_unit"),
    path("years/<int:pk>/units/<int:unit_id>/confirm/", years.confirm, name="confirm_unit"),
    path("people/<int:pk>/paper/", years.paper, name="paper"),
    path("people/<int:pk>/attestations/", attestations.attestations, name="attestations"),
    path("people/<int:pk>/attestations/hours/", attestations.attest_hours_of, name="attest_hours"),
    path("people/<int:pk>/attestations/courses/<int:completion>/", attestations.attest_course_of, name="attest_course"),
    path("attestations/<slug:number>/", attestations.attestation, name="attestation"),
    path("attestations/<slug:number>/revoke/", attestations.revoke_attestation, name="revoke_attestation"),
    path("attestations/<slug:number>/print.pdf", attestations.attestation_pdf, name="attestation_pdf"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/<slug:number>/", certificates.certificate, name="certificate"),
    path("certificates/<slug:number>/revoke/", certificates.revoke_certificate, name="revoke_certificate"),
    path("certificates/<slug:number>/anew/", certificates.issue_certificate_anew, name="issue_certificate_anew"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.write, name="write_rule"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/withdraw/", rules.withdraw, name="withdraw_rule"),
    path("rules/<int:pk>/trial/", trial.trial, name="rule_trial"),
    path("rules/<int:pk>/trial.<slug:extension>", trial.export_trial, name="export_trial"),
    path("roster/", roster.roster, name="roster"),
    path("roster/template.xlsx", roster.template, name="roster_template"),
    path("roster/people/<int:pk>/", roster.see_in_full, name="roster_person"),
    path("roster/<int:pk>/", roster.batch, name="roster_batch"),
    path("roster/<int:pk>/choose/", roster.decide, name="roster_choose"),
    path("roster/<int:pk>/confirm/", roster.confirm_batch, name="roster_confirm"),
    path("roster/<int:pk>/undo/", roster.undo_batch, name="roster_undo"),
    path("merging/<int:pk>/", merging.merging, name="merging"),
    path("merging/of/<int:pk>/", merging.others, name="merging_others"),
    path("merging/of/<int:stays>/<int:goes>/", merging.merge_records, name="merge_records"),
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/new/", assignments.assign, name="assign"),
    path("assignments/<int:pk>/", assignments.assignment, name="assignment"),
    path("assignments/<int:pk>/take-back/", assignments.take_back, name="take_back_assignment"),
    path("assignments/<int:pk>/remind/", reminders.remind_late, name="remind_late"),
    path("assignments/<int:pk>/people.<slug:extension>", assignments.export, name="export_assignment"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/hours/", reminders.remind_standing, name="remind_standing"),
    path("reminders/<int:pk>/", reminders.reminder, name="reminder"),
    path("export/<slug:code>.<slug:extension>", views.export, name="export"),
]

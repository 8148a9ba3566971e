"""PAN Portal: submissions, AI-use disclosure, jury and screenings for AI film festivals and film schools.

The layers, lowest first; a module imports only from lower rows (tests/test_architecture.py asserts it):

0. kernel    errors clock settings paths signing links i18n db audit doorbell claims leash pdf
1. rules     lifecycles policies
2. models    <feature>/models.py
3. domain    <feature>/ pure modules, queries, services; features in the order
             mail, accounts, notices, calls, school, disclosure, media, entries, jury, programme, audience, live,
             reminders, broadcasts
4. web       portal/web: Flask, kernel and rules; knows no feature
5. views     <feature>/forms, views; organizer, public and api may use every feature
6. roots     app, wsgi, cli, demo, local; workers stand beside the portal and use layers 0 to 3
"""

__version__ = "0.1.0"

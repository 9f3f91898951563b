"""A site of one form, with Django's own checks: manage.py runserver --noreload PORT. DEBUG says whether it is in debug mode."""

import os

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

settings.configure(
    DEBUG=os.environ["DEBUG"] == "yes",
    SECRET_KEY="not a secret",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost"],
    # As sites behind a proxy that ends TLS have it.
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    USE_X_FORWARDED_HOST=os.environ.get("FORWARDED_HOST") == "yes",
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
)


def page(request):
    said = request.POST.get("word", "nothing yet")
    return HttpResponse(
        f"<!doctype html><title>web</title><p id=said>{said}</p><form method=post>"
        f"<input type=hidden name=csrfmiddlewaretoken value={get_token(request)}>"
        "<input name=word value=hello><button>Say</button></form>"
    )


urlpatterns = [path("", page)]
execute_from_command_line()

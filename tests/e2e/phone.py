"""What somebody does on his phone to work at a PC: logs in there, and confirms the code that the PC shows."""

import http.cookiejar
import json
import ssl
import urllib.request


class Phone:
    def __init__(self, site, user, password):
        self._url = site.local_url
        context = ssl.create_default_context(cafile=str(site.data / "ca.pem"))
        self._browser = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context),
                                                    urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._csrf = ""
        self._csrf = self.request("POST", "/api/v1/session", {"user": user, "password": password})["csrf"]

    def request(self, method, path, body=None):
        """Returns the decoded answer or None. Raises urllib.error.HTTPError."""
        headers = {"Content-Type": "application/json", "X-Farboot-Csrf": self._csrf}
        request = urllib.request.Request(self._url + path, method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        with self._browser.open(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def confirm(self, code):
        """Returns the PC that shows the code."""
        pc = self.request("GET", f"/api/v1/account/pc-login?code={code}")["pc"]
        self.request("POST", "/api/v1/account/pc-login", {"code": code, "confirm": True})
        return pc

# SPDX-License-Identifier: BSD-2-Clause
"""credential_shapes: dialogues in which a client shows a credential, also where no server would take it for one.

shapes() yields (name, lines of a talk, secrets): the talk's lines begin after EHLO was answered, and none of the secrets may appear in
any output. Where a shape has variants (spelling, separators, mechanism, reply), all combinations are generated.
"""
import base64
import hashlib


def coded(text):
    return base64.b64encode(text.encode()).decode()


class Login:
    """Made-up credentials; each number gives others."""

    def __init__(self, number):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        self.user = "u" + digest[:7] + "@example.org"
        self.password = "Pw" + digest[8:20] + "X"
        self.plain = coded(f"\0{self.user}\0{self.password}")
        self.bearer = coded(f"user={self.user}\1auth=Bearer tok{digest[20:50]}\1\1")
        self.token = f"tok{digest[20:50]}"

    def forms(self):
        """Everything that gives the password or token away, in any letter case."""
        return [self.password, coded(self.password), self.plain, self.bearer, self.token]


def near_auth():
    """AUTH as people and programs mistype it."""
    words = ["AUHT", "ATUH", "UATH", "AUT", "ATH", "AUTHH", "AAUTH", "AUTG", "AUTHENTICATE", "AUTHPLAIN", "AUTHLOGIN", "AUTH-PLAIN", "AUTH_PLAIN",
             "AUTH=PLAIN", "AUTH,PLAIN", "AUTH;PLAIN", "AUTH/PLAIN", "AUTH.PLAIN", "\"AUTH PLAIN\"", "'AUTH", "<AUTH>", "auhtplain", "X-AUTH", "XAUTH",
             "SASL", "SASL PLAIN", "LOGIN", "PLAIN", "EHLO AUTH PLAIN", "HELP AUTH PLAIN", "NOOP", "VRFY", "EXPN", "RSET", "HELO", "QUIT", "STARTTLS"]
    for word in words:
        for between in (" ", " PLAIN ", "\\t", " PLAIN=", " PLAIN:", "  PLAIN  "):
            yield word, between
    # A response without anything in front of it.
    for word in ("AUTH", "AUTHPLAIN", "xauth", "AUTH-LOGIN", "SASL"):
        yield word, ""


def refused(word, between, login, reply):
    return [f"C: {word}{between}{login.plain}", f"S: {reply}"]


def replies(word, blob):
    return [f"502 5.5.2 Error: command not recognized", f"500 5.5.1 Command unrecognized: \"{word} PLAIN {blob}\"", f"501 5.5.4 {blob[:20]}...",
            f"503 {blob.upper()} bad sequence"]


def mistyped():
    for at, (word, between) in enumerate(near_auth()):
        login = Login(f"near {at}")
        answer = replies(word.replace('"', "'"), login.plain)
        yield f"{word}{between}", refused(word, between, login, answer[at % len(answer)]), login.forms()


def unseen_auth():
    """The AUTH command was not captured; its dialogue was."""
    for name, prompts in (("password", ["UGFzc3dvcmQ6"]), ("user and password", ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"]), ("empty", [""]), ("text", ["Password:"])):
        for form in ("coded", "clear"):
            login = Login(f"unseen {name} {form}")
            word = {"coded": coded, "clear": str}[form]
            lines = ["C lost: AUTH LOGIN"]
            for prompt in prompts:
                lines += [f"S: 334 {prompt}", f"C: {word(login.user if prompt == 'VXNlcm5hbWU6' else login.password)}"]
            yield f"unseen AUTH, {name}, {form}", lines + ["S: 535 5.7.8 Authentication failed"], login.forms()
    login = Login("lost prompt")
    yield ("prompt lost", ["C: AUTH LOGIN", "S lost: 334 VXNlcm5hbWU6", f"C: {coded(login.user)}", "S lost: 334 UGFzc3dvcmQ6", f"C: {coded(login.password)}",
                           "S: 535 5.7.8 Authentication failed"], login.forms())


def clear_text():
    """Typed by hand after AUTH was refused, as in a terminal."""
    for reply in ("504 5.5.4 Unrecognized authentication type", "503 5.5.1 Error: authentication not enabled", "535 5.7.8 failed", "530 5.7.0 Must issue STARTTLS first",
                  "454 4.7.0 Temporary failure"):
        for how in (str, str.upper, str.lower, coded):
            login = Login(f"clear {reply} {how}")
            yield (f"clear after {reply[:3]} {how}", ["C: AUTH LOGIN", f"S: {reply}", f"C: {how(login.user)}", "S: 500 5.5.2 What?", f"C: {how(login.password)}",
                                                      f"S: 500 5.5.2 unknown command '{how(login.password)}'"], login.forms() + [how(login.password)])
    login = Login("words")
    yield ("a password of several words", ["C: AUTH LOGIN", "S: 504 no", f"C: {login.password} and more", "S: 500 what"], login.forms())


def other_protocols():
    def headers(login):
        yield f"Authorization: Basic {coded(login.user + ':' + login.password)}"
        yield f"Proxy-Authorization: Bearer {login.token}"
        yield f"X-Api-Key: {login.token}"
        yield f"X-Auth-Token: {login.token}"
        yield f"Cookie: session={login.token}"
        yield f"Set-Cookie: session={login.token}"
        for key in ("password", "passwd", "pass", "pwd", "token", "access_token", "api_key", "apikey", "secret", "auth", "key", "PASSWORD", "userPassword"):
            yield f"GET /login?user=bob&{key}={login.password}&next=1 HTTP/1.1"
            yield f"POST {key}={login.password}"
        yield f"GET http://bob:{login.password}@www.example.org/ HTTP/1.1"
        yield f"CONNECT smtp://bob:{login.password}@mx.example.org:25"
        yield f"PASS {login.password}"
        yield f"pass {login.password}"
        yield f"PASSWORD {login.password}"
        yield f"PASSWORD: {login.password}"
        yield f"Pass: {login.password}"
        yield f"LOGIN bob {login.password}"
        yield f"a1 LOGIN bob {login.password}"
        yield f'a1 LOGIN "bob" "{login.password}"'
        yield f"a1 AUTHENTICATE PLAIN {login.plain}"
        yield f"APOP bob {login.token}"
        yield f"USER bob {login.password}"
        yield f"AUTHINFO PASS {login.password}"
        yield f"OPER bob {login.password}"
        yield f"BURL imap://bob@imap.example.org/Sent;uid=1;urlauth=submit+bob:internal:{login.token} LAST"
        yield f"BURL imap://bob:{login.password}@imap.example.org/Sent;uid=1 LAST"
        yield f"XCLIENT LOGIN=bob PASSWORD={login.password}"
        yield f"ATRN {login.plain}"
        yield f"MAIL FROM:<a@example.org> AUTH={login.plain}"
        yield f"MAIL FROM:<a@example.org> PASSWORD={login.password}"
    for at in range(1000):
        login = Login(f"other {at}")
        lines = list(headers(login))
        if at >= len(lines):
            break
        yield (f"blank, {lines[at].split(login.user)[0][:24]}", [f"C:  {lines[at]}", "S: 500 no"], login.forms())
        yield lines[at].split(login.user)[0][:24], [f"C: {lines[at]}", f"S: 500 5.5.1 Command unrecognized: \"{lines[at]}\""], login.forms()


def first_words():
    """A credential within the first word of a line, which outputs also show alone, in capitals and cut."""
    forms = ["password={}", "pwd:{}", "<password>{}</password>", '{{"password":"{}"}}', '{{"user":"b","password":"{}"}}', "user=bob;password={}", "?password={}&user=b"]
    for at, form in enumerate(forms):
        login = Login(f"first word {at}")
        line = form.format(login.password)
        yield f"first word {form}", [f"C: {line}", f'S: 500 5.5.1 Command unrecognized: "{line}"'], login.forms() + [login.password[:6]]
    for at, blanks in enumerate(["", " ", "\\t", " \\t "]):
        login = Login(f"blanks {at}")
        short = coded(f"\0b\0{login.password}")
        yield f"response behind {blanks!r}", [f"C: {blanks}{short}", "S: 500 5.5.1 Command unrecognized"], login.forms() + [short, short[8:20]]


def echoes():
    """Servers that repeat a credential: later, cut, over several lines, in other case."""
    login = Login("old")
    lines = []
    for at in range(40):
        other = login if at == 0 else Login(f"older {at}")
        lines += [f"C: AUTH PLAIN {other.plain}", "S: 535 5.7.8 Authentication failed"]
    yield "an echo after 40 logins", lines + [f"C: NOOP", f"S: 250 {login.password} {login.plain}"], login.forms()
    for cut in (8, 12, 16, 24):
        login = Login(f"cut {cut}")
        for part in (login.plain[:cut], login.plain[-cut:]):
            yield (f"an echo of {cut}", [f"C: AUTH PLAIN {login.plain}", f"S: 501 5.5.2 cannot decode '{part}'"], login.forms() + [part])
    login = Login("lines")
    half = len(login.plain) // 2
    yield ("an echo over two lines", [f"C: AUTH PLAIN {login.plain}", "S {", f"  535-5.7.8 {login.plain[:half]}", f"  535 5.7.8 {login.plain[half:]}", "}"],
           login.forms() + [login.plain[:half], login.plain[half:]])
    login = Login("thirds")
    yield ("a password over two lines", [f"C: AUTH PLAIN {login.plain}", "S {", f"  535-{login.password[:7]}", f"  535 {login.password[7:]}", "}"],
           login.forms() + [login.password[:7], login.password[7:]])
    for code in (220, 250, 421, 450, 500, 535, 550, 554):
        login = Login(f"before {code}")
        yield (f"an echo of a lost AUTH, {code}", [f"C lost: AUTH PLAIN {login.plain}", f"S: {code} got AUTH PLAIN {login.plain}"], login.forms())
    login = Login("bearer")
    yield "an echo of a bearer", [f"C lost: AUTH XOAUTH2 {login.bearer}", f"S: 535 5.7.8 {login.bearer}"], login.forms()
    login = Login("lost, not a reply")
    yield "an echo of a lost AUTH that is no reply", [f"C lost: AUTH PLAIN {login.plain}", f"S: 35 5.7.8 {login.plain} {login.bearer}", "S: 535 no"], login.forms()
    login = Login("not a reply")
    yield "an echo that is no reply", [f"C: AUTH PLAIN {login.plain}", f"S: error for {login.plain}", "S: 535 no"], login.forms()


def in_order():
    """What is right, so that the rest is no special case."""
    for name, lines in (("initial", lambda x: [f"C: AUTH PLAIN {x.plain}", "S: 235 2.7.0 ok"]), ("later", lambda x: ["C: AUTH PLAIN", "S: 334 ", f"C: {x.plain}", "S: 235 ok"]),
                        ("LOGIN", lambda x: ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", f"C: {coded(x.user)}", "S: 334 UGFzc3dvcmQ6", f"C: {coded(x.password)}", "S: 235 ok"]),
                        ("clear", lambda x: ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", f"C: {x.user}", "S: 334 UGFzc3dvcmQ6", f"C: {x.password}", "S: 535 no"]),
                        ("arguments", lambda x: [f"C: AUTH LOGIN {x.user} {x.password}", "S: 501 no"]), ("bearer", lambda x: [f"C: AUTH XOAUTH2 {x.bearer}", "S: 535 no"]),
                        ("blank before", lambda x: [f"C:  AUTH PLAIN {x.plain}", "S: 500 no"]), ("no mechanism", lambda x: [f"C: AUTH {x.plain}", "S: 504 no"]),
                        ("pipelined", lambda x: ["C {", "  AUTH LOGIN", f"  {coded(x.user)}", f"  {coded(x.password)}", "}", "S: 504 no", "S: 500 no", "S: 500 no"])):
        login = Login(name)
        yield name, lines(login), login.forms()


def shapes():
    for source in (in_order, mistyped, unseen_auth, clear_text, other_protocols, first_words, echoes):
        yield from source()

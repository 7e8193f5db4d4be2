"""Reads a mailbox over IMAP: waits (IDLE) until it holds N letters, then prints each, parsed strictly."""
import email, email.policy, hashlib, imaplib, json, sys

port, user, password, wanted = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
imap = imaplib.IMAP4("127.0.0.1", port, timeout=60)
imap.login(user, password)
count = int(imap.select("INBOX", readonly=True)[1][0])
while count < wanted:
    imap.send(b"i1 IDLE\r\n")
    while count < wanted:
        line = imap.readline()
        if line.endswith(b"EXISTS\r\n"):
            count = int(line.split()[1])
        elif not line:
            sys.exit("the server closed the connection")
    imap.send(b"DONE\r\n")
    while not imap.readline().startswith(b"i1 "):
        pass

def content(part):
    inner = part.get_content()
    return inner.as_bytes() if isinstance(inner, email.message.EmailMessage) else inner if isinstance(inner, bytes) else inner.encode()

letters = []
for number in range(1, count + 1):
    raw = imap.fetch(str(number), "(BODY.PEEK[])")[1][0][1]
    letter = email.message_from_bytes(raw, policy=email.policy.default.clone(raise_on_defect=True))
    text = letter.get_body(("plain",))
    letters.append({
        "subject": letter["subject"], "from": letter["from"], "to": letter["to"], "id": letter["message-id"],
        "subjects": len(letter.get_all("subject")), "text": text.get_content() if text else "",
        "html": letter.get_body(("html",)) is not None,
        "attachments": [{"name": part.get_filename(), "sha256": hashlib.sha256(content(part)).hexdigest()}
                        for part in letter.iter_attachments()],
    })
print(json.dumps(letters, ensure_ascii=False))

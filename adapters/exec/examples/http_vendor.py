#!/usr/bin/env python3
# 采集程序示例：通过 HTTP 接口读取更新（第1版协议）。只用 Python 3 自带的库。
# 换成自己的接口时，一般只改 read() 里的地址和字段名。
import json, sys, urllib.error, urllib.parse, urllib.request

def say(**line):                                   # 每行一个 JSON 对象，立刻送出
    print(json.dumps(line, ensure_ascii=False), flush=True)

def read(secrets, account, cursor):                # 一页：账号的若干条更新，和下一页的位置
    query = urllib.parse.urlencode({"account": account["id"], "cursor": cursor})
    request = urllib.request.Request(f"{secrets['base']}/posts?{query}",
                                     headers={"Authorization": "Bearer " + secrets["token"]})
    with urllib.request.urlopen(request, timeout=30) as answer:
        page = json.load(answer)
    return page["rows"], page["next"]

def list_account(request, account):
    name, cursor = account["key"], "0"
    for _ in range(request["page_limit"]):
        rows, cursor = read(request["secrets"], account, cursor)
        for row in rows:
            say(type="post", account=name, id=str(row["id"]), published_at_s=row["time"], title=row["title"], url=row["url"])
            account["count"] += 1
        if cursor is None:                         # 接口明说没有更早的了：自始至今都看全了
            return say(type="end", account=name, status="ok", count=account["count"], complete_since="2009-01-01T00:00:00+08:00")
        say(type="progress", account=name, message=f"{account['count']} posts")
    say(type="end", account=name, status="partial", count=account["count"])   # 没看到尽头：绝不说“看全了”

def main():
    verb, request = sys.argv[-1], json.loads(sys.stdin.readline() or "{}")
    if verb == "describe":
        say(type="describe", protocol=1, name="http-vendor", version="1", platforms=["douyin", "kuaishou"], batch_max=50)
    elif verb == "check":
        say(type="check", status="ok" if request.get("secrets", {}).get("token") else "config")
    elif verb == "list":
        for account in request["accounts"]:
            account["count"] = 0
            fail = lambda status, why, **more: say(type="end", account=account["key"], status=status,
                                                   message=why, count=account["count"], **more)
            try:
                list_account(request, account)
            except urllib.error.HTTPError as e:    # 每一种失败都要说清，不能当成“没有更新”
                status = {401: "auth", 403: "auth", 404: "gone", 429: "throttled"}.get(e.code, "transient")
                fail(status, f"HTTP {e.code}", retry_after_s=int(e.headers.get("Retry-After") or 0))
            except OSError as e:
                fail("transient", str(e))
            except (KeyError, TypeError, ValueError) as e:
                fail("malformed", repr(e))
    else:
        return 64                                  # 不认识的调用
    return 0

sys.exit(main())

mod letters;

use super::*;
use crate::clock::Wait;
use crate::demo::town::{Channel, Part, Post};
use cuigeng_adapters::http::{Answer, Http, Request};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};

/// A clock that a test sets.
pub(super) struct SetClock(Mutex<Moment>);

impl SetClock {
    fn set(&self, text: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Moment::parse(text).unwrap();
    }
}

impl Clock for SetClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle<'a>(&'a self, _task: &'static str, _until: Moment) -> Wait<'a> {
        Box::pin(std::future::pending())
    }

    fn pause(&self, _until: Moment) -> Wait<'_> {
        Box::pin(std::future::ready(()))
    }

    fn ring(&self) {}
}

/// A sandbox at some time, and a client.
struct Scene {
    town: Arc<Town>,
    clock: Arc<SetClock>,
    sandbox: Sandbox,
    http: Http,
}

impl Scene {
    async fn at(when: &str) -> Scene {
        let town = Arc::new(Town::shipped());
        let clock = Arc::new(SetClock(Mutex::new(Moment::parse(when).unwrap())));
        let sandbox = Sandbox::start(Arc::clone(&town), clock.clone()).await.unwrap();
        Scene { town, clock, sandbox, http: Http::new(None).unwrap() }
    }

    fn who(&self, part: Part, channel: Channel) -> (usize, String) {
        let playing = |r: &crate::demo::town::Resident| r.part == part && r.channel == channel;
        let index = self.town.residents().iter().position(playing).unwrap();
        (index, self.town.residents()[index].key.clone())
    }

    fn posts(&self, index: usize) -> Vec<Post> {
        self.town.posts(index, self.clock.now())
    }

    async fn get(&self, url: String, headers: &[(&str, String)]) -> Answer {
        let request = headers.iter().fold(Request::get(url), |r, (name, value)| r.header(name, value.clone()));
        self.http.send(request).await.unwrap()
    }

    async fn weibo(&self, query: &str) -> Answer {
        let cookie = format!("_T_WM=1; SUB={}", self.town.credential("sub"));
        self.get(format!("{}/api/container/getIndex?{query}", self.sandbox.weibo), &[("cookie", cookie)]).await
    }

    async fn wechat(&self, path: &str, body: &Value) -> Value {
        let answer = self.http.send(Request::post_json(format!("{}{path}", self.sandbox.wechat), body)).await.unwrap();
        assert_eq!(answer.status, 200);
        body_of(&answer)
    }

    async fn token(&self, appid: &str) -> Value {
        let secret = self.town.credential(appid);
        self.wechat("/cgi-bin/stable_token", &asks_token(appid, &secret)).await
    }

    async fn detail(&self, token: &str, begin: &str, end: &str) -> Value {
        let path = format!("/datacube/getarticletotaldetail?access_token={token}");
        self.wechat(&path, &json!({"begin_date": begin, "end_date": end})).await
    }

    async fn douyin(&self, path: &str) -> Answer {
        let key = format!("dtk_{}", self.town.credential("dtk"));
        self.get(format!("{}{path}", self.sandbox.douyin), &[("x-api-key", key)]).await
    }
}

fn asks_token(appid: &str, secret: &str) -> Value {
    json!({"grant_type": "client_credential", "appid": appid, "secret": secret, "force_refresh": false})
}

fn body_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// Every `mblog` of a page, however deep.
fn mblogs(page: &Value) -> Vec<&Value> {
    let cards = page["data"]["cards"].as_array().unwrap();
    let inner = cards.iter().flat_map(|c| c["card_group"].as_array().into_iter().flatten());
    cards.iter().chain(inner).filter_map(|card| card.get("mblog")).collect()
}

#[tokio::test]
async fn weibo_answers_profile_and_pages_and_bears_the_sandboxes_date() {
    let scene = Scene::at("2022-06-13 09:00").await;
    let (index, uid) = scene.who(Part::Rescued, Channel::Weibo);
    let answer = scene.weibo(&format!("type=uid&value={uid}")).await;
    assert_eq!(answer.header("date"), Some("Mon, 13 Jun 2022 01:00:00 GMT"));
    let profile = body_of(&answer);
    assert_eq!(profile["ok"], 1);
    assert_eq!(profile["data"]["userInfo"]["id"].to_string(), uid);
    let tabs = profile["data"]["tabsInfo"]["tabs"].as_array().unwrap();
    let container = tabs.iter().find(|tab| tab["tab_type"] == "weibo").unwrap()["containerid"].as_str().unwrap();
    let (mut ids, mut page) = (Vec::new(), 1);
    loop {
        let body = body_of(&scene.weibo(&format!("type=uid&value={uid}&containerid={container}&page={page}")).await);
        if body["ok"] == 0 {
            assert_eq!(
                (body["msg"].as_str(), body["data"]["cards"].as_array().map(Vec::len)),
                (Some("这里还没有内容"), Some(0))
            );
            break;
        }
        for mblog in mblogs(&body).into_iter().filter(|m| m["user"]["id"].as_u64() == uid.parse().ok()) {
            assert!(mblog["mid"] == mblog["id"] && mblog["bid"].is_string() && mblog["visible"]["type"].is_number());
            assert!(mblog["created_at"].as_str().unwrap().contains(" +0800 20"));
            ids.push(mblog["id"].as_str().unwrap().to_owned());
        }
        page += 1;
    }
    assert!(page > 3, "several pages");
    let mut truth: Vec<String> = scene.posts(index).iter().map(|post| post.id.to_string()).collect();
    truth.sort();
    ids.sort();
    assert_eq!(ids, truth);
    assert_eq!(profile["data"]["userInfo"]["statuses_count"], truth.len());
}

#[tokio::test]
async fn weibo_pages_by_since_id_too_and_marks_what_must_not_count() {
    let scene = Scene::at("2022-06-27 09:00").await;
    let index = scene.town.residents().iter().position(|r| {
        let posts = scene.town.find(Channel::Weibo, &r.key).map(|i| scene.posts(i)).unwrap_or_default();
        posts.iter().any(|p| p.pinned) && posts.iter().any(|p| p.private)
    });
    let uid = scene.town.residents()[index.unwrap()].key.clone();
    let list = format!("type=uid&value={uid}&containerid=107603{uid}");
    let first = body_of(&scene.weibo(&list).await);
    let since = first["data"]["cardlistInfo"]["since_id"].as_u64().unwrap();
    let second = body_of(&scene.weibo(&format!("{list}&since_id={since}")).await);
    let by_page = body_of(&scene.weibo(&format!("{list}&page=2")).await);
    assert_eq!(second, by_page);
    let pinned = mblogs(&first).into_iter().find(|m| m["isTop"] == 1).unwrap().clone();
    assert_eq!((pinned["title"]["text"].as_str(), pinned["mblogtype"].as_u64()), (Some("置顶"), Some(2)));
    let all: Vec<&Value> = mblogs(&first).into_iter().chain(mblogs(&second)).collect();
    assert!(all.iter().any(|m| m["visible"]["type"] == 10));
    assert!(first["data"]["cards"].as_array().unwrap().iter().any(|c| c["card_group"][0]["card_type"] == 42));
}

#[tokio::test]
async fn weibo_refuses_as_weibo_does() {
    let scene = Scene::at("2022-06-20 01:00").await;
    let url = |uid: &str| format!("{}/api/container/getIndex?type=uid&value={uid}", scene.sandbox.weibo);
    let (_, good) = scene.who(Part::Rescued, Channel::Weibo);
    assert_eq!(scene.get(url(&good), &[]).await.status, 432, "no cookie");
    let stale = scene.get(url(&good), &[("cookie", "SUB=old".to_owned())]).await;
    assert_eq!((stale.status, body_of(&stale)["ok"].as_i64()), (200, Some(-100)));
    let (_, blocked) = scene.who(Part::Blocked, Channel::Weibo);
    let answer = scene.weibo(&format!("type=uid&value={blocked}")).await;
    assert_eq!((answer.status, answer.body.len()), (432, 0));
    let (_, throttled) = scene.who(Part::Throttled, Channel::Weibo);
    let answer = body_of(&scene.weibo(&format!("type=uid&value={throttled}")).await);
    assert_eq!((answer["ok"].as_i64(), answer["errno"].as_str()), (Some(0), Some("100005")));
    scene.clock.set("2022-06-20 03:00");
    assert_eq!(body_of(&scene.weibo(&format!("type=uid&value={throttled}")).await)["ok"], 1);
    let answer = body_of(&scene.weibo("type=uid&value=1").await);
    assert_eq!((answer["ok"].as_i64(), answer["msg"].as_str()), (Some(0), Some("这里还没有内容")));
    let info = format!("{}/profile/info?uid={good}", scene.sandbox.weibo);
    let cookie = [("cookie", format!("SUB={}", scene.town.credential("sub")))];
    assert!(body_of(&scene.get(info, &cookie).await)["data"]["user"]["statuses_count"].as_u64().unwrap() > 10);
    let config = format!("{}/api/config", scene.sandbox.weibo);
    assert_eq!(body_of(&scene.get(config.clone(), &cookie).await)["data"]["login"], true);
    assert_eq!(body_of(&scene.get(config, &[]).await)["data"]["login"], false);
}

#[tokio::test]
async fn wechat_tokens_live_on_the_sandboxes_clock() {
    let scene = Scene::at("2022-06-13 09:00").await;
    let (_, appid) = scene.who(Part::Problem, Channel::Wechat);
    let first = scene.token(&appid).await;
    assert_eq!(first["expires_in"], 7200);
    let token = first["access_token"].as_str().unwrap().to_owned();
    assert!(token.len() > 100 && token.len() <= 512);
    scene.clock.set("2022-06-13 10:00");
    assert_eq!(scene.token(&appid).await, json!({"access_token": token, "expires_in": 3600}));
    scene.clock.set("2022-06-13 10:56");
    let second = scene.token(&appid).await;
    assert_ne!(second["access_token"], token.as_str());
    assert_eq!(scene.detail(&token, "2022-06-12", "2022-06-12").await["is_delay"], false, "both work for a while");
    scene.clock.set("2022-06-13 11:00");
    assert_eq!(scene.detail(&token, "2022-06-12", "2022-06-12").await["errcode"], 42001);
    assert_eq!(scene.detail("made up", "2022-06-12", "2022-06-12").await["errcode"], 40001);
    assert_eq!(scene.detail("", "2022-06-12", "2022-06-12").await["errcode"], 41001);
    for (appid, secret, code) in
        [(appid.as_str(), "wrong", 40125), ("wx0000000000000000", "x", 40013), ("", "x", 41002), (&appid, "", 41004)]
    {
        let answer = scene.wechat("/cgi-bin/stable_token", &asks_token(appid, secret)).await;
        assert_eq!(answer["errcode"], code);
        assert!(answer["errmsg"].as_str().unwrap().contains("rid: "));
    }
    let get = scene.get(format!("{}/cgi-bin/stable_token", scene.sandbox.wechat), &[]).await;
    assert_eq!(body_of(&get)["errcode"], 43002);
}

#[tokio::test]
async fn wechat_statistic_knows_a_day_from_eight_oclock_of_the_next_one() {
    let scene = Scene::at("2022-06-14 07:59:59").await;
    for (index, resident) in
        scene.town.residents().iter().enumerate().filter(|(_, r)| r.channel == Channel::Wechat).take(12)
    {
        scene.clock.set("2022-06-14 07:59:59");
        let token = scene.token(&resident.key).await["access_token"].as_str().unwrap().to_owned();
        assert_eq!(scene.detail(&token, "2022-06-13", "2022-06-13").await, json!({"is_delay": true, "list": []}));
        for (begin, end, code) in [
            ("2022-06-14", "2022-06-14", 61501),
            ("2022-06-12", "2022-06-13", 61501),
            ("2022-04-30", "2022-04-30", 61501),
            ("14.6.2022", "14.6.2022", 61500),
        ] {
            assert_eq!(scene.detail(&token, begin, end).await["errcode"], code, "{begin}");
        }
        scene.clock.set("2022-06-14 08:00:00");
        let mut listed = Vec::new();
        for day in 1..=13 {
            let date = format!("2022-06-{day:02}");
            let body = scene.detail(&token, &date, &date).await;
            assert_eq!(body["is_delay"], false);
            for row in body["list"].as_array().unwrap() {
                assert_eq!(row["ref_date"], date.as_str());
                assert!(row["title"].is_string() && row["detail_list"].is_array());
                let (mid, place) = row["msgid"].as_str().unwrap().split_once('_').unwrap();
                let url = row["content_url"].as_str().unwrap();
                assert!(url.contains(&format!("&mid={mid}&idx={place}&")));
                listed.push((date.clone(), mid.to_owned(), place.to_owned(), row["publish_type"].as_u64().unwrap()));
            }
        }
        let june = |p: &&Post| {
            p.at >= Moment::parse("2022-06-01 00:00").unwrap() && p.at < Moment::parse("2022-06-14 00:00").unwrap()
        };
        let mut truth = Vec::new();
        for post in scene.posts(index).iter().filter(june) {
            for place in 1..=post.articles {
                truth.push((
                    post.at.date().to_string(),
                    post.id.to_string(),
                    place.to_string(),
                    u64::from(!post.notified),
                ));
            }
        }
        truth.sort();
        listed.sort();
        assert_eq!(listed, truth, "{}", resident.name);
    }
}

#[tokio::test]
async fn wechat_lists_unnotified_pushes_in_pages() {
    let scene = Scene::at("2022-06-27 09:00").await;
    let only = |i: &usize| !scene.posts(*i).is_empty() && scene.posts(*i).iter().all(|p| !p.notified);
    let index = (0..311).find(|i| scene.town.residents()[*i].channel == Channel::Wechat && only(i)).unwrap();
    let appid = scene.town.residents()[index].key.clone();
    let token = scene.token(&appid).await["access_token"].as_str().unwrap().to_owned();
    let path = format!("/cgi-bin/freepublish/batchget?access_token={token}");
    let (mut offset, mut times) = (0, Vec::new());
    loop {
        let body = scene.wechat(&path, &json!({"offset": offset, "count": 7, "no_content": 1})).await;
        assert_eq!(body["total_count"], scene.posts(index).len());
        let items = body["item"].as_array().unwrap();
        assert_eq!(body["item_count"], items.len());
        if items.is_empty() {
            break;
        }
        offset += items.len();
        for item in items {
            assert!(item["article_id"].is_string());
            let news = item["content"]["news_item"].as_array().unwrap();
            assert!((1..=8).contains(&news.len()) && news[0]["is_deleted"] == false && news[0]["url"].is_string());
            times.push(item["update_time"].as_i64().unwrap());
        }
    }
    let truth: Vec<i64> = scene.posts(index).iter().map(|post| post.at.unix()).collect();
    assert_eq!(times, truth, "newest first");
    assert_eq!(scene.wechat(&path, &json!({"offset": 0, "count": 21})).await["errcode"], 40097);
}

/// Asks until something other than a task in progress comes back.
async fn douyin_result(scene: &Scene, path: &str) -> (Answer, bool) {
    let answer = scene.douyin(path).await;
    if answer.status != 202 {
        return (answer, false);
    }
    let started = body_of(&answer);
    assert_eq!(started["data"]["state"], "running");
    let task = format!("/api/v1/tasks/{}", started["data"]["task_id"].as_str().unwrap());
    assert_eq!(body_of(&scene.douyin(&task).await)["data"]["state"], "running");
    (scene.douyin(&task).await, true)
}

#[tokio::test]
async fn douyin_answers_at_once_or_by_a_task_and_pages_by_cursor() {
    let scene = Scene::at("2022-06-12 08:30").await;
    let mut by_task = 0;
    for (index, resident) in scene.town.residents().iter().enumerate().filter(|(_, r)| r.channel == Channel::Douyin) {
        let base = format!("/api/v1/douyin/user/posts?sec_user_id={}&count=5&wait=30&include_raw=true", resident.key);
        let (mut path, mut ids) = (base.clone(), Vec::new());
        loop {
            let (answer, task) = douyin_result(&scene, &path).await;
            by_task += usize::from(task);
            let body = body_of(&answer);
            assert_eq!((answer.status, body["success"].as_bool()), (200, Some(true)));
            let page = if task { &body["data"]["data"] } else { &body["data"] };
            let next = if task { &body["data"]["result_meta"]["cursor"] } else { &body["meta"]["cursor"] };
            assert_eq!((&next["next"], &next["has_more"]), (&page["cursor"], &page["has_more"]));
            for item in page["items"].as_array().unwrap().iter().filter(|i| i["author"]["uid"] == resident.key.as_str())
            {
                assert!(item["created_at"].as_str().unwrap().ends_with('Z'));
                assert_eq!(item["raw"]["aweme_id"], item["content_id"]);
                assert_eq!(item["is_private"].as_bool().unwrap(), item["raw"]["status"]["private_status"] == 1);
                ids.push((
                    item["content_id"].as_str().unwrap().to_owned(),
                    item["raw"]["create_time"].as_i64().unwrap(),
                ));
            }
            match page["cursor"].as_str().filter(|_| page["has_more"] == true) {
                Some(cursor) => path = format!("{base}&cursor={cursor}"),
                None => break,
            }
        }
        let mut truth: Vec<(String, i64)> =
            scene.posts(index).iter().map(|p| (p.id.to_string(), p.at.unix())).collect();
        truth.sort();
        ids.sort();
        assert_eq!(ids, truth, "{}", resident.name);
    }
    assert!(by_task > 0);
}

#[tokio::test]
async fn douyin_refuses_as_the_bridge_does() {
    let scene = Scene::at("2022-06-14 08:30").await;
    let (_, good) = scene.who(Part::Good, Channel::Douyin);
    let (_, captcha) = scene.who(Part::Captcha, Channel::Douyin);
    let path = |key: &str, rest: &str| format!("/api/v1/douyin/user/posts?sec_user_id={key}{rest}");
    for (path, status, code) in [
        (path(&good, "&wait=31"), 400, "INVALID_PARAM"),
        (path(&good, "&wait=30&count=51"), 400, "INVALID_PARAM"),
        (path("MS4wLjABAAAAnobody", "&wait=30"), 404, "NOT_FOUND"),
        ("/api/v1/tasks/none".to_owned(), 404, "TASK_NOT_FOUND"),
    ] {
        let answer = scene.douyin(&path).await;
        assert_eq!((answer.status, body_of(&answer)["error"]["code"].as_str()), (status, Some(code)), "{path}");
    }
    let nobody = scene.get(format!("{}{}", scene.sandbox.douyin, path(&good, "&wait=30")), &[]).await;
    assert_eq!((nobody.status, body_of(&nobody)["error"]["code"].as_str()), (401, Some("UNAUTHENTICATED")));
    assert_eq!(scene.douyin(&path(&good, "")).await.status, 202, "without wait there is only a task");
    let (mut plain, mut failed_task) = (0, 0);
    for hour in 0..24 {
        scene.clock.set(&format!("2022-06-14 {hour:02}:30"));
        let (answer, task) = douyin_result(&scene, &path(&captcha, "&wait=30")).await;
        let body = body_of(&answer);
        if task {
            assert_eq!(
                (answer.status, body["success"].as_bool(), body["data"]["state"].as_str()),
                (200, Some(true), Some("failed"))
            );
            assert_eq!(body["data"]["error"]["code"], "UPSTREAM_RISK_CONTROL");
            failed_task += 1;
        } else {
            assert_eq!((answer.status, answer.header("retry-after")), (502, Some("60")));
            assert_eq!(
                (body["success"].as_bool(), body["error"]["code"].as_str()),
                (Some(false), Some("UPSTREAM_RISK_CONTROL"))
            );
            plain += 1;
        }
    }
    assert!(plain > 5 && failed_task > 5);
    let author = scene.douyin(&format!("/api/v1/douyin/user?sec_user_id={good}")).await;
    assert!(body_of(&author)["data"]["stats"]["content_count"].as_u64().unwrap() > 5);
}

#[tokio::test]
async fn feeds_come_in_three_formats_and_with_a_key() {
    let scene = Scene::at("2022-06-27 09:00").await;
    let feeds: Vec<(usize, String)> = (0..311)
        .filter(|i| scene.town.residents()[*i].channel == Channel::Feed)
        .map(|i| (i, scene.town.residents()[i].key.clone()))
        .collect();
    let key = scene.town.credential("rsshub");
    for (index, path) in feeds {
        let path = path.split('?').next().unwrap();
        let url = |format: &str| format!("{}{path}?format={format}&key={key}", scene.sandbox.feeds);
        let json = scene.get(url("json"), &[]).await;
        assert_eq!(json.header("content-type"), Some("application/feed+json; charset=UTF-8"));
        assert_eq!(json.header("last-modified"), Some("Mon, 27 Jun 2022 01:00:00 GMT"));
        let items = body_of(&json)["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), scene.posts(index).len().min(20));
        assert!(items.iter().all(|i| i["url"].is_string() && i["date_published"].as_str().unwrap().ends_with(".000Z")));
        let (rss, atom) = (scene.get(url("rss"), &[]).await.text(), scene.get(url("atom"), &[]).await.text());
        let newest = items[0]["title"].as_str().unwrap();
        assert!(rss.contains(newest) && rss.contains("<pubDate>") && rss.contains("GMT</pubDate>"));
        assert!(atom.contains(newest) && atom.contains("<published>"));
        assert_eq!((rss.matches("<item>").count(), atom.matches("<entry>").count()), (items.len(), items.len()));
        let tag = json.header("etag").unwrap().to_owned();
        assert_eq!(scene.get(url("json"), &[("if-none-match", tag)]).await.status, 304);
        assert_eq!(scene.get(format!("{}{path}", scene.sandbox.feeds), &[]).await.status, 403, "no key");
    }
    let missing = scene.get(format!("{}/toutiao/user/token/none?key={key}", scene.sandbox.feeds), &[]).await;
    assert!(missing.status == 404 && missing.is_html());
}

#[tokio::test]
async fn the_wechat_bridge_shows_notified_articles_only() {
    let scene = Scene::at("2022-06-12 23:59:59").await;
    let (index, path) = scene.who(Part::HalfSighted, Channel::WechatBridge);
    let items = body_of(&scene.get(format!("{}{path}", scene.sandbox.feeds), &[]).await)["items"].clone();
    let items = items.as_array().unwrap();
    let articles: usize = scene.posts(index).iter().filter(|p| p.notified).map(|p| usize::from(p.articles)).sum();
    assert_eq!(items.len(), articles.min(30));
    assert!(items.iter().all(|i| i.get("date_published").is_none() && i["date_modified"].is_string()));
    let blind = items.iter().any(|i| i["date_modified"].as_str().unwrap() > "2022-06-05T16:00:00");
    assert!(!blind, "the week of 6 June is 发布 only");
    let unknown = scene.get(format!("{}/feeds/MP_WXS_1.json", scene.sandbox.feeds), &[]).await;
    assert_eq!((unknown.status, body_of(&unknown)["message"].as_str()), (400, Some("不存在该feed！")));
}

#[tokio::test]
async fn what_is_not_posted_yet_or_withheld_is_shown_nowhere() {
    let scene = Scene::at("2022-06-20 09:00").await;
    let (index, uid) = scene.who(Part::Rescued, Channel::Weibo);
    let list = format!("type=uid&value={uid}&containerid=107603{uid}");
    let newest = scene.posts(index)[0].clone();
    assert!(scene.town.posts(index, Moment::MAX).len() > scene.posts(index).len());
    let before = body_of(&scene.weibo(&list).await);
    assert!(mblogs(&before).iter().any(|m| m["id"] == newest.id.to_string().as_str()));
    assert_eq!(scene.town.withhold(|_, post| post.id == newest.id), 1);
    let after = body_of(&scene.weibo(&list).await);
    assert!(!mblogs(&after).iter().any(|m| m["id"] == newest.id.to_string().as_str()));
}

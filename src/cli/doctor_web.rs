//! What `doctor` finds where owners answer letters: the address that letters carry, and the key of links.

use super::doctor::{Group, Line, attention, bad, good};
use super::{CliError, Context};
use crate::answer::link::Signer;
use cuigeng_adapters::http::Request;

/// Seconds for an answer.
const PATIENCE_S: u64 = 10;

/// Opens the public address as an owner would; nothing where letters carry no link.
pub(super) async fn page(context: &Context) -> Result<Vec<Line>, CliError> {
    let Some(url) = &context.config.web.public_url else { return Ok(Vec::new()) };
    let style = context.http()?.send(Request::get(format!("{url}/style.css")).patience(PATIENCE_S)).await;
    let cure = "先启动服务；已经启动的，检查 [web] 的 listen、防火墙和反向代理是否把这个地址转到这里";
    let reached = match style {
        Ok(answer) if answer.status == 200 => good(Group::Web, format!("{url} 打得开")),
        Ok(answer) => attention(Group::Web, format!("{url} 答复 HTTP {}，不是本程序的网页", answer.status), cure),
        Err(_) => attention(Group::Web, format!("{url} 打不开，信中的链接也就打不开"), cure),
    };
    Ok(vec![reached, key(context)])
}

/// One that is not there yet is made for the first letter.
fn key(context: &Context) -> Line {
    match Signer::existing(&context.secrets()) {
        Ok(_) => good(Group::Web, "链接的密钥可用"),
        Err(failure) if failure.reason == "secret_missing" => {
            good(Group::Web, "链接的密钥还没有，第一封带链接的信发出时自动生成")
        }
        Err(failure) => bad(Group::Web, "链接的密钥不能用，信中不会有链接", failure.advise_or_detail()),
    }
}

//! Images at a stand-in of ours for Glance.

use serde_json::json;
use settlement::{
    NovaSettings,
    provider::{Class, Provider},
};

use super::{
    plane::{ADMIN, NEW, placement, project},
    shim,
};
use crate::market::{BOB, account};

#[tokio::test]
async fn glance_says_whose_an_image_is() {
    let Some(project) = project("glance").await else {
        return;
    };
    let image = |status: &str, visibility: &str, owner: &str| {
        let body = json!({
            "id": NEW, "status": status, "visibility": visibility, "owner": owner, "checksum": "c",
            "os_hash_algo": "sha512", "os_hash_value": "h", "min_ram": 0, "min_disk": 0,
        });
        (200, vec![], body.to_string())
    };
    for (said, wanted) in [
        (image("active", "private", "bob"), Ok(true)),
        (image("active", "public", "someone"), Ok(true)),
        (image("active", "shared", "someone"), Ok(false)),
        (image("deactivated", "private", "bob"), Ok(false)),
        (
            (404, vec![], "<html>No image found</html>".to_owned()),
            Err(Class::Gone),
        ),
        ((403, vec![], String::new()), Err(Class::Denied)),
        ((429, vec![], String::new()), Err(Class::Throttled)),
        ((500, vec![], String::new()), Err(Class::Transient)),
        ((401, vec![], String::new()), Err(Class::Denied)),
        ((200, vec![], "{".to_owned()), Err(Class::Unknown)),
    ] {
        let answer = said.clone();
        let glance = shim::start(move |_| answer.clone()).await;
        let nova = project.open(&NovaSettings {
            image_endpoint: Some(format!("http://{}", glance.address)),
            ..project.settings()
        });
        let seen = nova.image(&placement(NEW).image, &account(BOB)).await;
        let usable = seen.map(|view| {
            assert_eq!(view.digest, format!("image:{NEW}"));
            view.usable
        });
        assert_eq!(usable.map_err(|error| error.class), wanted, "{said:?}");
        let heard = glance.heard.lock().unwrap()[0].clone();
        assert!(
            heard.starts_with(&format!("GET /v2/images/{NEW} HTTP/1.1")),
            "{heard}"
        );
        assert!(
            heard.contains(&format!("x-auth-token: {}", project.token(ADMIN))),
            "{heard}"
        );
    }
}

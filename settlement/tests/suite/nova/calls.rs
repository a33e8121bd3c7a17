//! Each call of the adapter, and each refusal of the real Nova.

use reqwest::Method;
use serde_json::{Value, json};
use settlement::provider::{Class, Order, Phase, Provider};

use super::plane::{
    ADMIN, FOREIGN, HUGE, MEMBER, NEW, OLD, Project, QUEUED, WHOLE_HOST, order, placement, project,
    recreate, slot,
};
use crate::market::{ALICE, BOB, TYPE, account};

/// The class of what must fail.
macro_rules! class {
    ($call:expr) => {
        $call.await.map(drop).map_err(|error| error.class)
    };
}

#[tokio::test]
async fn a_rebuild_puts_the_image_into_the_same_server_on_the_same_host_once() {
    let Some(project) = project("rebuild").await else {
        return;
    };
    let id = project.issue(ALICE, "host2").await;
    let nova = project.adapter();
    let before = nova.observe(&slot(&id)).await.unwrap();
    assert_eq!(
        (
            before.instance_type.as_str(),
            before.generation,
            before.fence
        ),
        (TYPE, 0, None)
    );
    assert_eq!(before.custody.unwrap().account, project.name);

    // Not fenced yet, and then in another's name.
    let order = order(&id, 0);
    assert_eq!(
        class!(nova.replace(&order, &placement(NEW))),
        Err(Class::Conflict)
    );
    nova.fence(&order).await.unwrap();
    nova.fence(&order).await.unwrap();
    let other = Order {
        reassignment: "8-0-0".to_owned(),
        ..order.clone()
    };
    assert_eq!(class!(nova.fence(&other)), Err(Class::Conflict));
    assert_eq!(
        class!(nova.replace(&other, &placement(NEW))),
        Err(Class::Conflict)
    );

    nova.replace(&order, &placement(NEW)).await.unwrap();
    let under_way = nova.observe(&slot(&id)).await.unwrap();
    let instance = under_way.instance.unwrap();
    assert!(under_way.busy != instance.ready, "{instance:?}");
    // What is under way, or done, is not ordered again: nothing is sent.
    nova.replace(&order, &placement(NEW)).await.unwrap();
    let server = project
        .until(&id, |server| server["status"] == "ACTIVE")
        .await;
    nova.replace(&order, &placement(NEW)).await.unwrap();
    let updated = project.server(&id).await["updated"].clone();
    assert_eq!(updated, server["updated"]);

    assert_eq!(server["OS-EXT-SRV-ATTR:host"], "host2");
    assert_eq!(server["image"]["id"], NEW);
    let view = nova.observe(&slot(&id)).await.unwrap();
    let instance = view.instance.unwrap();
    assert_eq!((instance.phase, instance.ready), (Phase::Running, true));
    assert_eq!(instance.instance.to_string(), format!("{id}.1"));
    assert_eq!(nova.tagged("7-0-0").await.unwrap(), vec![instance]);
    assert_eq!(nova.tagged("7-0-1").await.unwrap(), vec![]);
    assert_eq!(class!(nova.task("none")), Err(Class::Gone));
}

#[tokio::test]
async fn a_lock_keeps_members_away_until_it_is_released() {
    let Some(project) = project("lock").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let nova = project.adapter();
    let order = order(&id, 0);
    nova.fence(&order).await.unwrap();
    assert_eq!(
        nova.observe(&slot(&id)).await.unwrap().fence.as_deref(),
        Some("7-0-0")
    );
    for action in ["os-stop", "pause", "suspend"] {
        let (status, said) = project.act(MEMBER, &id, json!({action: null})).await;
        assert_eq!(status, 409, "{action}: {said}");
    }
    let (status, _) = project
        .ask(
            MEMBER,
            Method::DELETE,
            &format!("/servers/{id}"),
            Value::Null,
        )
        .await;
    assert_eq!(status, 409);
    // Another's release takes nothing away.
    let other = Order {
        reassignment: "8-0-0".to_owned(),
        ..order.clone()
    };
    nova.release(&other).await.unwrap();
    assert!(nova.observe(&slot(&id)).await.unwrap().fence.is_some());
    nova.release(&order).await.unwrap();
    nova.release(&order).await.unwrap();
    assert_eq!(nova.observe(&slot(&id)).await.unwrap().fence, None);
    let (status, said) = project.act(MEMBER, &id, json!({"os-stop": null})).await;
    assert_eq!(status, 202, "{said}");

    // A lock of somebody else is waited for, and never taken over.
    project
        .until(&id, |server| server["status"] == "SHUTOFF")
        .await;
    project
        .act(
            ADMIN,
            &id,
            json!({"lock": {"locked_reason": "maintenance"}}),
        )
        .await;
    assert_eq!(class!(nova.fence(&order)), Err(Class::Conflict));
    let fence = nova.observe(&slot(&id)).await.unwrap().fence;
    assert_eq!(fence.as_deref(), Some("locked: maintenance"));
}

#[tokio::test]
async fn what_nova_refuses_has_its_class_and_leaves_the_old_server_as_it_was() {
    let Some(project) = project("refusals").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let nova = project.adapter();
    let order = order(&id, 0);
    nova.fence(&order).await.unwrap();
    let unknown = "11111111-1111-4111-8111-111111111111";
    for image in [unknown, "not-an-id", HUGE, QUEUED] {
        let refused = class!(nova.replace(&order, &placement(image)));
        assert_eq!(refused, Err(Class::BadImage), "{image}");
    }
    let usable = async |image| {
        nova.image(&placement(image).image, &account(BOB))
            .await
            .map(|view| view.usable)
    };
    assert_eq!(usable(unknown).await.unwrap_err().class, Class::Gone);
    assert_eq!(
        (usable(NEW).await, usable(QUEUED).await),
        (Ok(true), Ok(false))
    );

    // Nova takes the order and finds no host for the image: the server keeps its old one, and is the seller's still.
    nova.replace(&order, &placement(FOREIGN)).await.unwrap();
    let server = project
        .until(&id, |server| server["status"] == "ERROR")
        .await;
    assert!(
        server["fault"]["message"]
            .as_str()
            .unwrap()
            .contains("No valid host"),
        "{server}"
    );
    let view = nova.observe(&slot(&id)).await.unwrap();
    let instance = view.instance.unwrap();
    assert_eq!((view.generation, instance.account.as_str()), (0, ALICE));
    assert_eq!(
        (instance.instance.as_str(), instance.tags.len()),
        (id.as_str(), 0)
    );
    nova.replace(&order, &placement(NEW)).await.unwrap();
    project
        .until(&id, |server| server["status"] == "ACTIVE")
        .await;
    assert!(
        nova.observe(&slot(&id))
            .await
            .unwrap()
            .instance
            .unwrap()
            .ready
    );
}

#[tokio::test]
async fn a_rebuild_is_not_taken_while_another_is_under_way_or_in_a_state_for_none() {
    let Some(project) = project("conflicts").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let rebuild = json!({"rebuild": {"imageRef": NEW}});
    assert_eq!(project.act(ADMIN, &id, rebuild.clone()).await.0, 202);
    let (status, said) = project.act(ADMIN, &id, rebuild).await;
    assert_eq!(status, 409, "{said}");

    let nova = project.adapter();
    let second = project.issue(ALICE, "host1").await;
    project.act(ADMIN, &second, json!({"suspend": null})).await;
    project
        .until(&second, |server| server["status"] == "SUSPENDED")
        .await;
    let order = order(&second, 0);
    nova.fence(&order).await.unwrap();
    let replaced = class!(nova.replace(&order, &placement(NEW)));
    assert_eq!(replaced, Err(Class::Conflict));
    assert_eq!(project.server(&second).await["image"]["id"], OLD);
}

#[tokio::test]
async fn another_project_sees_nothing_and_a_member_too_little() {
    let Some(project) = project("mine").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let stranger = super::plane::project("theirs").await.unwrap();
    let member = |project: &Project, roles: &str| {
        project.open(&project.settings_at(project.address, roles, settlement::Replacement::Rebuild))
    };
    assert_eq!(
        class!(member(&stranger, MEMBER).observe(&slot(&id))),
        Err(Class::Gone)
    );
    // An administrator of another project sees it, and that it is not in that custody.
    let view = stranger.adapter().observe(&slot(&id)).await.unwrap();
    assert_eq!(view.custody.unwrap().account, project.name);
    assert_eq!(stranger.adapter().custody().await.unwrap(), vec![]);
    // Who does not see hosts cannot hold anything to its place.
    assert_eq!(
        class!(member(&project, MEMBER).observe(&slot(&id))),
        Err(Class::Denied)
    );
    assert_eq!(
        class!(member(&project, MEMBER).custody()),
        Err(Class::Denied)
    );
    let mut unknown = project.settings();
    unknown.identity = settlement::NovaIdentity::Token(settlement::TokenSource::Given(
        settlement::Secret::new("who"),
    ));
    let error = project
        .open(&unknown)
        .observe(&slot(&id))
        .await
        .unwrap_err();
    assert_eq!(error.class, Class::Denied);
    // A wrong address is not a server that is gone.
    let mut lost = project.settings();
    lost.endpoint = format!("http://{}/v2.1/elsewhere", project.address);
    assert_eq!(
        class!(project.open(&lost).observe(&slot(&id))),
        Err(Class::Unknown)
    );
}

#[tokio::test]
async fn custody_is_listed_page_by_page_and_without_what_cannot_be_delivered() {
    let Some(project) = project("listing").await else {
        return;
    };
    let mut ids = Vec::new();
    for host in ["host1", "host2", "host1", "host2", "host1"] {
        ids.push(project.issue(ALICE, host).await);
    }
    // Nobody gave the last one into custody.
    let stray = ids.pop().unwrap();
    let path = format!("/servers/{stray}/metadata");
    let (status, said) = project
        .ask(ADMIN, Method::PUT, &path, json!({"metadata": {}}))
        .await;
    assert_eq!(status, 200, "{said}");
    let listing = project.adapter().custody().await.unwrap();
    let mut seen: Vec<_> = listing.iter().map(|view| view.slot.to_string()).collect();
    seen.sort();
    ids.sort();
    assert_eq!(seen, ids);
    assert!(
        listing
            .iter()
            .all(|view| view.custody.as_ref().unwrap().beneficiary == ALICE)
    );
}

async fn quota(project: &Project, quota: Value) {
    let path = format!("/os-quota-sets/{}", project.name);
    let body = json!({"quota_set": quota});
    let (status, said) = project.ask(ADMIN, Method::PUT, &path, body).await;
    assert_eq!(status, 200, "{said}");
}

/// A server of the whole of its host, fenced and deleted.
async fn vacated(project: &Project, nova: &settlement::Nova) -> Order {
    quota(project, json!({"ram": -1})).await;
    let id = project.issue_as(ALICE, "host1", WHOLE_HOST).await;
    let order = order(&id, 0);
    nova.fence(&order).await.unwrap();
    nova.terminate(&order).await.unwrap();
    project.until(&id, Value::is_null).await;
    order
}

#[tokio::test]
async fn a_deleted_server_leaves_its_slot_vacant_until_another_is_created_in_it() {
    let Some(project) = project("recreate").await else {
        return;
    };
    let nova = project.open(&project.settings_at(project.address, ADMIN, recreate()));
    assert!(!nova.capabilities().replaces);
    let id = project.issue(ALICE, "host2").await;
    let order = order(&id, 0);
    assert_eq!(class!(nova.terminate(&order)), Err(Class::Conflict));
    nova.fence(&order).await.unwrap();
    let replaced = class!(nova.replace(&order, &placement(NEW)));
    assert_eq!(replaced, Err(Class::Denied));
    let placed = class!(nova.place(&order, &placement(NEW)));
    assert_eq!(placed, Err(Class::Conflict));
    nova.terminate(&order).await.unwrap();
    project.until(&id, Value::is_null).await;
    let vacant = nova.observe(&slot(&id)).await.unwrap();
    assert_eq!((vacant.generation, vacant.busy), (0, false));
    assert_eq!(
        (vacant.instance, vacant.fence.as_deref()),
        (None, Some("7-0-0"))
    );
    assert_eq!(class!(nova.terminate(&order)), Err(Class::Conflict));

    nova.place(&order, &placement(NEW)).await.unwrap();
    let [second] = &project.servers().await[..] else {
        panic!("not one server")
    };
    let server = project
        .until(second, |server| server["status"] == "ACTIVE")
        .await;
    assert_eq!(server["OS-EXT-SRV-ATTR:host"], "host2");
    // A repeat finds what is there.
    nova.place(&order, &placement(NEW)).await.unwrap();
    assert_eq!(project.servers().await, std::slice::from_ref(second));
    let view = nova.observe(&slot(&id)).await.unwrap();
    assert_eq!((view.generation, view.instance.unwrap().ready), (1, true));
}

#[tokio::test]
async fn where_there_is_no_room_nothing_is_created_until_there_is() {
    let Some(project) = project("no-room").await else {
        return;
    };
    let nova = project.open(&project.settings_at(project.address, ADMIN, recreate()));
    let order = vacated(&project, &nova).await;

    // Somebody else takes the room.
    let squatter = project.issue_as("acme:squatter", "host1", WHOLE_HOST).await;
    nova.place(&order, &placement(NEW)).await.unwrap();
    let ids = project.servers().await;
    let stillborn = ids.into_iter().find(|id| *id != squatter).unwrap();
    project
        .until(&stillborn, |server| server["status"] == "ERROR")
        .await;
    let seen = nova.observe(&order.slot).await.unwrap();
    assert_eq!(
        (seen.instance, seen.generation, seen.busy),
        (None, 0, false)
    );
    let refused = nova.place(&order, &placement(NEW)).await.unwrap_err();
    assert_eq!(refused.class, Class::NoCapacity);
    assert!(refused.message.contains("No valid host"), "{refused}");
    project.until(&stillborn, Value::is_null).await;
    let path = format!("/servers/{squatter}");
    project.ask(ADMIN, Method::DELETE, &path, Value::Null).await;
    project.until(&squatter, Value::is_null).await;

    // The project may have no more servers.
    quota(&project, json!({"instances": 0})).await;
    let placed = class!(nova.place(&order, &placement(NEW)));
    assert_eq!(placed, Err(Class::NoCapacity));
    quota(&project, json!({"instances": 1})).await;
    let placed = class!(nova.place(&order, &placement(HUGE)));
    assert_eq!(placed, Err(Class::BadImage));

    nova.place(&order, &placement(NEW)).await.unwrap();
    let [second] = &project.servers().await[..] else {
        panic!("not one server")
    };
    let server = project
        .until(second, |server| server["status"] == "ACTIVE")
        .await;
    assert_eq!(server["OS-EXT-SRV-ATTR:host"], "host1");
    let path = format!("/servers/{second}");
    project.ask(ADMIN, Method::DELETE, &path, Value::Null).await;
}

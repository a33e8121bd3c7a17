//! What is refused, with which status and code; and that a refusal changes nothing.

use reference_provider::api::{Slot, Task};
use serde_json::{Value, json};

use crate::harness::{Answer, BUYER, CUSTODY, Client, OPERATOR, Plane, SELLER, TYPE, answering};

/// A slot in custody for the seller, its instance running, at generation 1.
async fn in_custody(plane: &Plane) -> (Client, Client, Client) {
    let (seller, buyer, custody) = (
        plane.client(SELLER),
        plane.client(BUYER),
        plane.client(CUSTODY),
    );
    let image = seller.upload("old", answering("old")).await;
    seller.launch(&image).await;
    seller.deposit("slot-1", SELLER).await;
    (seller, buyer, custody)
}

async fn fence(client: &Client, method: &str, body: Value) -> Answer {
    client
        .send(client.request(method, "/slots/slot-1/fence").json(&body))
        .await
}

#[tokio::test]
async fn one_key_has_one_answer() {
    let plane = Plane::start(1).await;
    let (_, _, custody) = in_custody(&plane).await;
    let path = "/slots/slot-1/terminate";
    let first = custody
        .post_with_key(path, "k1", json!({"generation": 1}))
        .await;
    let task: Task = first.clone().ok();
    custody.finished(&task).await;
    let again = custody
        .post_with_key(path, "k1", json!({"generation": 1}))
        .await;
    assert_eq!(
        (again.status, &again.body, again.replayed),
        (202, &first.body, true)
    );
    let other_body = custody
        .post_with_key(path, "k1", json!({"generation": 2}))
        .await;
    assert_eq!(other_body.refusal(), "409 idempotency_mismatch");
    let other_path = custody
        .post_with_key("/slots/slot-1/start", "k1", json!({"generation": 1}))
        .await;
    assert_eq!(other_path.refusal(), "409 idempotency_mismatch");
    // A refusal is not kept: the same key may be used when the reason is gone.
    let vacant = custody
        .post_with_key(path, "k2", json!({"generation": 1}))
        .await;
    assert_eq!(vacant.refusal(), "409 wrong_state");

    let plane = plane.restart().await;
    let custody = plane.client(CUSTODY);
    let again = custody
        .post_with_key(path, "k1", json!({"generation": 1}))
        .await;
    assert_eq!(
        (again.status, again.body, again.replayed),
        (202, first.body, true)
    );
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let plane = Plane::start(1).await;
    let (seller, buyer, custody) = in_custody(&plane).await;
    let image = buyer.upload("new", answering("new")).await;
    let place = |generation: u64| json!({"generation": generation, "image_id": image.image_id, "account": BUYER});
    let meant = |generation: u64| json!({"generation": generation});
    for (path, body, refusal) in [
        ("terminate", meant(0), "409 generation_mismatch"),
        ("terminate", meant(2), "409 generation_mismatch"),
        ("place", place(1), "409 wrong_state"),
        ("start", meant(1), "409 wrong_state"),
        ("retire", meant(1), "409 wrong_state"),
    ] {
        let answer = custody.post(&format!("/slots/slot-1/{path}"), body).await;
        assert_eq!(answer.refusal(), refusal, "{path} while occupied");
    }
    assert!(
        seller
            .slot("slot-1")
            .await
            .instance
            .is_some_and(|instance| instance.ready)
    );

    custody.done("/slots/slot-1/terminate", meant(1)).await;
    for (path, body, refusal) in [
        ("terminate", meant(1), "409 wrong_state"),
        ("start", meant(1), "409 wrong_state"),
        ("withdraw", meant(1), "409 wrong_state"),
        ("place", place(7), "409 generation_mismatch"),
        ("place", place(1), "422 bad_image"),
        (
            "place",
            json!({"generation": 1, "image_id": "img-none", "account": BUYER}),
            "422 bad_image",
        ),
        (
            "place",
            json!({"generation": 1, "image_id": "img-none", "account": "nobody"}),
            "404 not_found",
        ),
    ] {
        let answer = custody.post(&format!("/slots/slot-1/{path}"), body).await;
        assert_eq!(answer.refusal(), refusal, "{path} while vacant");
    }
    // Shared with the custodian, yet not with the account that it is placed for.
    buyer.share(&image, CUSTODY).await;
    let for_other = json!({"generation": 1, "image_id": image.image_id, "account": SELLER});
    assert_eq!(
        custody
            .post("/slots/slot-1/place", for_other)
            .await
            .refusal(),
        "422 bad_image"
    );
    let slot = custody.slot("slot-1").await;
    assert_eq!(
        (slot.generation, slot.instance, slot.task_id),
        (1, None, None)
    );
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_fence_keeps_everybody_else_off() {
    let plane = Plane::start(1).await;
    let (seller, _, custody) = in_custody(&plane).await;
    let operator = plane.client(OPERATOR);
    let mine = json!({"holder": "a", "reason": "sold"});
    assert_eq!(
        fence(&seller, "PUT", mine.clone()).await.refusal(),
        "403 forbidden"
    );
    let slot: Slot = fence(&custody, "PUT", mine.clone()).await.ok();
    assert_eq!(slot.fence.map(|fence| fence.holder), Some("a".to_owned()));
    assert_eq!(
        fence(&custody, "PUT", mine.clone()).await.status,
        200,
        "again by the same holder"
    );
    let other = json!({"holder": "b", "reason": "sold too"});
    assert_eq!(fence(&custody, "PUT", other).await.refusal(), "409 fenced");
    assert_eq!(
        fence(&custody, "DELETE", json!({"holder": "b"}))
            .await
            .refusal(),
        "409 fenced"
    );
    let terminate = json!({"generation": 1});
    for client in [&seller, &operator] {
        assert_eq!(
            client
                .post("/slots/slot-1/terminate", terminate.clone())
                .await
                .refusal(),
            "409 fenced"
        );
    }
    let as_other = json!({"generation": 1, "fence_holder": "b"});
    assert_eq!(
        custody
            .post("/slots/slot-1/terminate", as_other)
            .await
            .refusal(),
        "409 fenced"
    );
    assert!(
        custody
            .slot("slot-1")
            .await
            .instance
            .is_some_and(|instance| instance.ready)
    );

    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_lifted_fence_is_noticed_and_protects_nothing() {
    let plane = Plane::start(1).await;
    let (seller, _, custody) = in_custody(&plane).await;
    let mine = json!({"holder": "a", "reason": "sold"});
    let _: Slot = fence(&custody, "PUT", mine).await.ok();
    let terminate = json!({"generation": 1});
    let slot: Slot = fence(&custody, "DELETE", json!({"holder": "a"})).await.ok();
    let lost = custody
        .post(
            "/slots/slot-1/terminate",
            json!({"generation": 1, "fence_holder": "a"}),
        )
        .await;
    assert_eq!(
        lost.refusal(),
        "409 wrong_state",
        "a fence that was lost is noticed"
    );
    assert_eq!(slot.fence, None);
    assert_eq!(
        fence(&custody, "DELETE", json!({"holder": "a"}))
            .await
            .status,
        200,
        "lifting it again"
    );
    seller.done("/slots/slot-1/terminate", terminate).await;
    let slot = custody.slot("slot-1").await;
    assert_eq!(
        (slot.instance, slot.owner.as_deref()),
        (None, Some(CUSTODY)),
        "custody keeps the slot"
    );
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn accounts_do_not_see_each_other() {
    let plane = Plane::start(2).await;
    let (seller, buyer, custody) = (
        plane.client(SELLER),
        plane.client(BUYER),
        plane.client(CUSTODY),
    );
    let image = seller.upload("mine", answering("mine")).await;
    let task: Task = seller
        .post(
            "/instances",
            json!({"image_id": image.image_id, "instance_type": TYPE}),
        )
        .await
        .ok();
    let task = seller.finished(&task).await;
    let instance = task.instance_id.clone().expect("an instance");
    let command = json!({"generation": 1});
    for other in [&buyer, &custody] {
        for path in [
            format!("/images/{}", image.image_id),
            format!("/slots/{}", task.slot_id),
            format!("/instances/{instance}"),
            format!("/tasks/{}", task.task_id),
        ] {
            assert_eq!(other.get(&path).await.refusal(), "404 not_found", "{path}");
        }
        let terminate = format!("/slots/{}/terminate", task.slot_id);
        assert_eq!(
            other.post(&terminate, command.clone()).await.refusal(),
            "404 not_found"
        );
        assert_eq!(other.get("/slots").await.body, json!({"slots": []}));
        assert_eq!(other.get("/instances").await.body["instances"], json!([]));
    }
    let launch = json!({"image_id": image.image_id, "instance_type": TYPE});
    assert_eq!(
        buyer.post("/instances", launch.clone()).await.refusal(),
        "422 bad_image"
    );
    assert_eq!(
        custody.post("/instances", launch).await.refusal(),
        "403 forbidden"
    );
    seller.share(&image, BUYER).await;
    let seen = buyer.get(&format!("/images/{}", image.image_id)).await;
    assert_eq!(seen.body["shared_with"], json!([BUYER]));
    seller.share(&image, CUSTODY).await;
    let path = format!("/images/{}", image.image_id);
    assert_eq!(buyer.get(&path).await.body["shared_with"], json!([BUYER]));
    assert_eq!(
        custody.get(&path).await.body["shared_with"],
        json!([BUYER, CUSTODY])
    );
    let share = buyer
        .post(
            &format!("/images/{}/share", image.image_id),
            json!({"account": CUSTODY}),
        )
        .await;
    assert_eq!(share.refusal(), "403 forbidden");
    assert_eq!(
        plane.client(OPERATOR).get("/slots").await.body["slots"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    plane.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_full_pool_has_no_capacity() {
    let plane = Plane::start(1).await;
    let (seller, _, _) = in_custody(&plane).await;
    let image = seller.upload("second", answering("second")).await;
    for kind in [TYPE, "no.such"] {
        let launch = json!({"image_id": image.image_id, "instance_type": kind});
        assert_eq!(
            seller.post("/instances", launch).await.refusal(),
            "503 no_capacity"
        );
    }
    plane.running.stop().await.expect("stops");
}

//! Real virtual machines, where `qemu-system-x86_64` is installed.

use std::process::Command;

use reference_provider::api::{Beacon, InstanceState, Task, TaskState};
use reference_provider::{DriverKind, boot_sector};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::harness::{BUYER, CUSTODY, Plane, SELLER, TYPE, exists, processes_of};
use crate::programs::installed;

async fn plane() -> Option<Plane> {
    if !installed("qemu driver", &["qemu-system-x86_64"]) {
        return None;
    }
    let with_qemu = |options: &mut reference_provider::Options| {
        options.driver = DriverKind::Qemu;
        options.ready_timeout = std::time::Duration::from_secs(60);
        for slot in &mut options.slots {
            slot.memory_mib = 32;
        }
    };
    Some(Plane::start_with(1, with_qemu).await)
}

fn disk(name: &str) -> [u8; boot_sector::SECTOR_BYTES] {
    boot_sector::image(name).expect("a name")
}

/// What the machine says on its serial line when it is sent a line feed.
async fn ask_machine(address: &str) -> Beacon {
    let mut stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("the serial line");
    stream.write_all(b"\n").await.expect("sent");
    let mut lines = BufReader::new(stream).lines();
    // The first may be the end of what an earlier caller was told.
    loop {
        let line = lines.next_line().await.expect("read").expect("a line");
        if let Ok(beacon) = serde_json::from_str(&line) {
            return beacon;
        }
    }
}

fn command_line(pid: u32) -> String {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

#[tokio::test]
async fn a_machine_is_reassigned_in_its_slot() {
    let Some(plane) = plane().await else {
        return;
    };
    let (seller, buyer, custody) = (
        plane.client(SELLER),
        plane.client(BUYER),
        plane.client(CUSTODY),
    );
    let old = seller
        .launch(&seller.upload("old", disk("the old one")).await)
        .await;
    let (old_pid, address) = (
        old.pid.expect("a process"),
        old.address.clone().expect("an address"),
    );
    let command = command_line(old_pid);
    assert!(
        command.starts_with("qemu-system-x86_64 -accel tcg"),
        "{command}"
    );
    let said = ask_machine(&address).await;
    assert_eq!(
        (said.name.as_str(), &said.instance_id, &said.nonce),
        ("the old one", &old.instance_id, &old.nonce)
    );
    let console =
        std::fs::read_to_string(plane.running.slot_directory("slot-1").join("console.log"));
    assert!(
        console.expect("a console").contains(&old.nonce),
        "the serial line is logged"
    );

    seller.deposit("slot-1", SELLER).await;
    custody
        .done("/slots/slot-1/terminate", json!({"generation": 1}))
        .await;
    assert!(!exists(old_pid));
    let image = buyer.upload("new", disk("the new one")).await;
    buyer.share(&image, CUSTODY).await;
    let place = json!({"generation": 1, "image_id": image.image_id, "account": BUYER});
    custody.done("/slots/slot-1/place", place).await;
    custody
        .done("/slots/slot-1/start", json!({"generation": 2}))
        .await;
    let new = buyer.slot("slot-1").await.instance.expect("an instance");
    assert_eq!(
        (new.state, new.ready, &new.address),
        (InstanceState::Running, true, &old.address)
    );
    let said = ask_machine(&address).await;
    assert_eq!(
        (said.name.as_str(), said.image_digest, said.nonce),
        ("the new one", image.digest, new.nonce)
    );
    plane.running.stop().await.expect("stops");
    assert_eq!(processes_of(&new.instance_id), 0);
}

#[tokio::test]
async fn a_running_machine_is_adopted() {
    let Some(plane) = plane().await else {
        return;
    };
    let seller = plane.client(SELLER);
    let before = seller
        .launch(&seller.upload("old", disk("kept")).await)
        .await;
    let plane = plane.restart().await;
    let seller = plane.client(SELLER);
    assert_eq!(seller.instance(&before.instance_id).await, before);
    assert_eq!(processes_of(&before.instance_id), 1);
    let said = ask_machine(before.address.as_deref().expect("an address")).await;
    assert_eq!((said.name.as_str(), said.nonce), ("kept", before.nonce));
    plane.running.stop().await.expect("stops");
    assert_eq!(processes_of(&before.instance_id), 0);
}

#[tokio::test]
async fn what_cannot_be_booted_is_refused() {
    let Some(plane) = plane().await else {
        return;
    };
    let client = plane.client(SELLER);
    for (bytes, says) in [(vec![0; 512], "55 AA"), (vec![0; 100], "whole sectors")] {
        let image = client.upload("image", bytes).await;
        let body = json!({"image_id": image.image_id, "instance_type": TYPE});
        let task: Task = client.post("/instances", body).await.ok();
        let task = client.finished(&task).await;
        assert_eq!(task.state, TaskState::Failed);
        let error = task.error.expect("an error");
        assert_eq!(error.code, "bad_image");
        assert!(error.message.contains(says), "{}", error.message);
    }
    plane.running.stop().await.expect("stops");
}

#[test]
fn the_boot_sector_is_what_its_source_assembles_to() {
    // Another machine's assembler does not know this one's instructions.
    if !cfg!(target_arch = "x86_64") || !installed("boot sector", &["as", "objcopy"]) {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (object, binary) = (
        directory.path().join("boot.o"),
        directory.path().join("boot.bin"),
    );
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/boot/boot.S");
    let assembled = Command::new("as")
        .arg("--32")
        .arg("-o")
        .arg(&object)
        .arg(source)
        .status();
    assert!(assembled.expect("as runs").success());
    let copied = Command::new("objcopy")
        .args(["-O", "binary", "-j", ".text"])
        .arg(&object)
        .arg(&binary)
        .status();
    assert!(copied.expect("objcopy runs").success());
    assert_eq!(std::fs::read(&binary).expect("assembled"), disk("unnamed"));
}

//! What a control plane of OpenStack is told, and what is said when that is wrong.

use config::{Adapter, Nova, NovaIdentity, Replacement};

use super::{GOOD, check};

const TOKEN: &str = "token_env = \"ACME_TOKEN\"";

/// The good file with `lines` in its provider, as it is read.
fn nova(lines: &str) -> Nova {
    let text = GOOD.replace(
        TOKEN,
        &format!("{TOKEN}\nadapter = \"nova\"\nregion = \"RegionOne\"\n{lines}"),
    );
    let config = config::parse(&text, "f").expect("a good file");
    match &config.providers[0].adapter {
        Adapter::Nova(nova) => nova.clone(),
        Adapter::Reference => panic!("the file says nova"),
    }
}

#[test]
fn a_provider_speaks_the_reference_api_unless_it_says_otherwise() {
    let config = config::parse(GOOD, "f").expect("a good file");
    assert_eq!(config.providers[0].adapter, Adapter::Reference);
    let plain = nova("");
    assert_eq!(plain.region.as_str(), "RegionOne");
    assert_eq!(
        (plain.replacement, plain.image_endpoint, plain.identity),
        (Replacement::Rebuild, None, NovaIdentity::Token)
    );
}

#[test]
fn all_that_can_be_said_of_openstack_is_read() {
    let endpoint = "http://127.0.0.1:5000/v3".to_owned();
    let password = nova(
        "replacement = \"recreate\"\nimage_endpoint = \"http://127.0.0.1:9292/\"\n\
         identity_endpoint = \"http://127.0.0.1:5000/v3\"\nuser = \"pit\"",
    );
    let network = "auto".to_owned();
    assert_eq!(password.replacement, Replacement::Recreate { network });
    assert_eq!(
        password.image_endpoint.as_deref(),
        Some("http://127.0.0.1:9292")
    );
    let (user, user_domain) = ("pit".to_owned(), "Default".to_owned());
    assert_eq!(
        password.identity,
        NovaIdentity::Password {
            endpoint: endpoint.clone(),
            user,
            user_domain
        }
    );
    let credential =
        nova("identity_endpoint = \"http://127.0.0.1:5000/v3\"\napplication_credential = \"4f1b\"");
    let id = "4f1b".to_owned();
    assert_eq!(
        credential.identity,
        NovaIdentity::ApplicationCredential { endpoint, id }
    );
}

#[test]
fn what_does_not_belong_together_is_said() {
    let with = |lines: &str, said: &str| check(TOKEN, &format!("{TOKEN}\n{lines}"), &[said]);
    with(
        "adapter = \"ec3\"",
        "f:14:11: providers.adapter: \"ec3\" is not one of its values. Write \"reference\" or \"nova\".",
    );
    with(
        "adapter = \"nova\"",
        "f:9:1: providers.region: is missing. Add a line such as: region = \"RegionOne\".",
    );
    with(
        "replacement = \"rebuild\"",
        "f:14:15: providers.replacement: does not apply: the adapter is not nova. \
         Remove it, or set adapter = \"nova\".",
    );
    let with = |lines: &str, said: &str| {
        let lines = format!("{TOKEN}\nadapter = \"nova\"\nregion = \"r\"\n{lines}");
        check(TOKEN, &lines, &[said]);
    };
    with(
        "network = \"auto\"",
        "f:16:11: providers.network: does not apply: a server that is rebuilt keeps its networks. \
         Remove it, or set replacement = \"recreate\".",
    );
    with(
        "user = \"pit\"",
        "f:16:8: providers.user: does not apply: without identity_endpoint the secret is a token. \
         Remove it, or add identity_endpoint.",
    );
    with(
        "identity_endpoint = \"http://identity.acme.example/v3\"\nuser = \"pit\"",
        "f:16:21: providers.identity_endpoint: \"http://identity.acme.example/v3\" would send the token unencrypted to \
         another machine. Use https; http is for a control plane on this machine.",
    );
    with(
        "identity_endpoint = \"https://identity.acme.example/v3\"",
        "f:9:1: providers.user: is missing. Add a line such as: user = \"cloudpit\".",
    );
    with(
        "identity_endpoint = \"https://identity.acme.example/v3\"\napplication_credential = \"c\"\nuser = \"pit\"",
        "f:18:8: providers.user: does not apply: application_credential says who the venue is. \
         Keep application_credential or user, not both.",
    );
}

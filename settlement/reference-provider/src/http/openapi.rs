//! `/v1/openapi.json`: the description of this API, made from the handlers themselves.

use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{images, instances, slots};
use crate::api::Beacon;

#[derive(OpenApi)]
#[openapi(
    info(title = "Cloudpit reference provider", license(name = "Apache-2.0"),
        description = "The control plane of a provider whose slots trade on Cloudpit. Every POST takes an \
            Idempotency-Key: the same key with the same request gets the same answer, with another \
            request 409. Work that takes time is answered 202 with a task to look at."),
    paths(show, images::upload, images::show, images::share,
        slots::list, slots::show, slots::deposit, slots::withdraw, slots::fence, slots::lift,
        slots::terminate, slots::place, slots::start, slots::retire,
        instances::list, instances::launch, instances::show, instances::task),
    components(schemas(Beacon)),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", bearer);
    }
}

/// This description; needs no token.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "description", responses((status = 200)))]
pub(super) async fn show() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::routes;

    #[test]
    fn describes_every_route_and_no_other() {
        let described: BTreeSet<String> = Description::openapi().paths.paths.into_keys().collect();
        let served: BTreeSet<String> = routes()
            .into_iter()
            .map(|(path, _)| path.to_owned())
            .collect();
        assert_eq!(described, served);
    }
}

//! Reads whose reports a drop-copy session gets: a regulator's those that it names, another firm's its own.

use std::collections::BTreeSet;

use engine::{FirmKind, FirmName};

use super::declared::Declared;
use crate::mistake::{Fault, Report};
use crate::model::{Copied, Role};
use crate::table::{Found, Table, article};
use crate::value;

const KEY: &str = "drop_copy_of";

/// The role of a drop-copy session.
pub(super) fn role(
    table: &Table<'_>,
    firm: Option<Found<&str>>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Role> {
    let fault = Fault::new(
        "belongs to order entry",
        "Remove it, or set role = \"order_entry\"",
    );
    table.forbid("default_account", fault, report);
    let regulator = firm
        .as_ref()
        .is_some_and(|firm| declared.kind_of(firm.value) == Some(FirmKind::Regulator));
    let own = firm.as_ref().map(|firm| firm.value).filter(|_| !regulator);
    let of = match (table.value(KEY), own) {
        (None, Some(own)) => Copied::Firms(vec![value::parse_name(own).ok()?]),
        (None, None) => {
            if regulator {
                table.missing(KEY, report);
            }
            return None;
        }
        (Some(value), own) if value.get_ref().as_str() == Some("all") => {
            if let Some(own) = own {
                report.add(
                    &value.span(),
                    &table.path(KEY),
                    not_a_regulator(own, "other firms"),
                );
            }
            Copied::All
        }
        (Some(_), own) => Copied::Firms(firms(table, own, declared, report)?),
    };
    Some(Role::DropCopy { of })
}

/// An array of firms, each named once; only `own` where there is one.
fn firms(
    table: &Table<'_>,
    own: Option<&str>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<FirmName>> {
    let value = table.value(KEY)?;
    let path = table.path(KEY);
    let expected = "Write \"all\", or an array of firms such as [\"ALDER\"]";
    let items = value.get_ref().as_array().filter(|items| !items.is_empty());
    let Some(items) = items else {
        let what = match value.get_ref().as_array() {
            Some(_) => "names no firm".to_owned(),
            None => format!(
                "is {}, and not \"all\" or an array",
                article(value.get_ref())
            ),
        };
        report.add(&value.span(), &path, Fault::new(what, expected));
        return None;
    };
    let mut seen = BTreeSet::new();
    let mut names = Vec::with_capacity(items.len());
    for item in items.iter() {
        let name = value::string(item).and_then(|text| Ok((text, value::parse_name(text)?)));
        let name = name.and_then(|(text, name)| match seen.insert(text) {
            true => Ok((text, name)),
            false => Err(Fault::new(
                format!("names {text:?} twice"),
                "Keep one of them",
            )),
        });
        match name {
            Ok((text, name)) => {
                let found = Found {
                    value: text,
                    span: item.span(),
                };
                check_copied(&found, own, declared, &path, report);
                names.push(name);
            }
            Err(fault) => report.add(&item.span(), &path, fault),
        }
    }
    Some(names)
}

/// The firm exists, and is the session's own where only that is allowed.
fn check_copied(
    name: &Found<&str>,
    own: Option<&str>,
    declared: &Declared<'_>,
    path: &str,
    report: &mut Report,
) {
    let known = declared.firms.check_known(name, path, report);
    if let Some(own) = own.filter(|own| known && *own != name.value) {
        report.add(&name.span, path, not_a_regulator(own, name.value));
    }
}

fn not_a_regulator(own: &str, other: &str) -> Fault {
    Fault::new(
        format!("{own:?} is no regulator, and does not see the reports of {other}"),
        format!("Write [{own:?}], or leave the line out"),
    )
}

//! What a configuration means to the engine, as commands: settings that shape outcomes are journaled
//! like everything else. Never submits them.

use engine::{Command, FirmKind, SessionRole};

use crate::model::{Account, Config, Firm, Role, ScopedLimits, Session};

impl Config {
    /// The commands that admit what the file declares: instruments, firms, accounts, sessions, halt policies, limits, in an
    /// order in which each finds what it refers to.
    ///
    /// The engine ignores those whose outcome is there already, so a venue submits all of them at
    /// every start.
    pub fn commands(&self) -> Vec<Command> {
        let instruments = self
            .instruments
            .iter()
            .cloned()
            .map(Command::ListInstrument);
        let firms = self.firms.iter().map(admit_firm);
        let traders = self
            .firms
            .iter()
            .filter(|firm| firm.kind != FirmKind::Regulator);
        let self_match = traders.map(set_self_match_prevention);
        let accounts = self.accounts.iter().map(open_account);
        let sessions = self.sessions.iter().map(admit_session);
        let halts = self.halt_policies.iter();
        let halts = halts.map(|(symbol, policy)| Command::SetHaltPolicy {
            symbol: *symbol,
            policy: *policy,
        });
        let limits = self.risk_limits.iter().map(set_risk_limits);
        instruments
            .chain(firms)
            .chain(self_match)
            .chain(accounts)
            .chain(sessions)
            .chain(halts)
            .chain(limits)
            .collect()
    }
}

fn admit_firm(firm: &Firm) -> Command {
    Command::AdmitFirm {
        firm: firm.name,
        kind: firm.kind,
    }
}

fn set_self_match_prevention(firm: &Firm) -> Command {
    Command::SetSelfMatchPrevention {
        firm: firm.name,
        policy: firm.self_match,
    }
}

fn open_account(account: &Account) -> Command {
    Command::OpenAccount {
        account: account.name,
        firm: account.firm,
        provider: account.provider,
    }
}

fn admit_session(session: &Session) -> Command {
    Command::AdmitSession {
        session: session.comp_id,
        firm: session.firm,
        permissions: match session.role {
            Role::OrderEntry { .. } => SessionRole::OrderEntry,
            Role::DropCopy { .. } => SessionRole::DropCopy,
        },
    }
}

fn set_risk_limits(limits: &ScopedLimits) -> Command {
    Command::SetRiskLimits {
        scope: limits.scope,
        limits: limits.limits.clone(),
        reason: None,
    }
}

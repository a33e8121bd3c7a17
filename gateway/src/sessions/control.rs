//! What a changed configuration means for a session that runs: other settings, or the end of its client's time here.

use fix_session::{Settings, Status};

use super::actor::Actor;
use super::profile::Profile;
use crate::clock;

/// What a session is told when the configuration changed.
pub(crate) enum Control {
    /// It is set up like this from now on, and is open to its client. What a Logon agrees on holds until the next
    /// one.
    Change(Box<(Profile, Settings)>),
    /// It is in the configuration no more: its client is logged out with this text, and not let in again. Its
    /// reports are kept all the same.
    Remove(&'static str),
}

impl Actor {
    /// Does what a changed configuration asks for.
    pub(super) fn control(&mut self, control: Control) {
        match control {
            Control::Change(change) => {
                let (profile, settings) = *change;
                if self.profile.throttle != profile.throttle {
                    self.demands.change(profile.throttle.as_ref());
                }
                self.profile = profile;
                self.watching.change(self.profile.on_disconnect);
                self.observer.keep_log(self.profile.fix_log);
                self.next_settings = Some(settings);
                self.take_settings();
                let (name, peer) = (self.profile.name, self.peer());
                if self.connection.is_some()
                    && let Err(why) = self.doorkeeper.still_admits(&name, &peer)
                {
                    self.send_away(why);
                }
            }
            Control::Remove(text) => self.send_away(text),
        }
    }

    /// Takes the settings that wait for the end of a connection, if there is none.
    pub(super) fn take_settings(&mut self) {
        if self.session.status() != Status::Disconnected {
            return;
        }
        if let Some(settings) = self.next_settings.take() {
            self.session.change_settings(settings);
        }
    }

    fn send_away(&mut self, text: &str) {
        self.newcomer = None;
        self.session
            .logout(clock::now(), Some(text), &mut self.outputs);
    }
}

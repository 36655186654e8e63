//! The steps of a proposal, each one transaction.

use std::collections::BTreeMap;

use release::{Holder, Policy};
use stix::{Id, Timestamp};
use store::{Held, Record};

use super::{Kept, Person, Proposal, Proposing, Step};
use crate::draft;
use crate::error::Error;
use crate::group::Roster;
use crate::key::Turn;
use crate::outgoing::{Preview, Release, Released};
use crate::session::Session;
use crate::{Act, Actor, Event, Node, Role};

const SHELF: &str = "proposal";

impl Node {
    /// Asks a second person to let something out. The draft that it comes from, if any, stays as it
    /// is; who goes on writing takes the proposal back.
    ///
    /// # Errors
    /// What could not be released cannot be proposed either. [`Error::Stale`] if the draft, or what
    /// was proposed of it, changed at this moment.
    pub fn propose(&self, session: &Session, proposing: Proposing) -> Result<Proposal, Error> {
        draft::may_write(session)?;
        self.propose_with(session, proposing, None)
    }

    /// Asks a second person to let states into a group: they see what is marked for it.
    pub fn propose_roster(
        &self,
        session: &Session,
        roster: Roster,
        note: String,
    ) -> Result<Proposal, Error> {
        draft::may_write(session)?;
        let group = self.group(&roster.group)?.ok_or(Error::NoGroup)?;
        let release = Release {
            objects: vec![self.group_object(&group.id)?],
            definitions: vec![stix::marking::group(&group.id)],
            through: None,
            draft: None,
        };
        let kind = "group".to_owned();
        let proposing = Proposing { kind, title: group.name, note, release };
        self.propose_with(session, proposing, Some(roster))
    }

    pub(crate) fn propose_with(
        &self,
        session: &Session,
        proposing: Proposing,
        roster: Option<Roster>,
    ) -> Result<Proposal, Error> {
        let Proposing { kind, title, note, release } = proposing;
        let preview = self.preview(session, &release)?;
        preview.unblocked()?;
        let id = release.draft.clone().unwrap_or_else(|| self.new_uuid().to_string());
        let mut records = Vec::new();
        if release.draft.is_some() {
            let (held, mut draft) = self.held_draft(session, &id)?;
            draft.proposed = true;
            records.push(self.draft_shelf().replacing(&id, Some(&held), Some(&draft))?);
        }
        let proposal = Proposal {
            bases: self.bases(session, &release)?,
            digest: release.digest(),
            roster,
            by: Person::of(session),
            at: self.now(),
            step: Step::Proposed,
            id: id.clone(),
            kind,
            title,
            note,
            release,
        };
        let before = self.proposal_shelf().held(&id)?;
        let is_waiting = before.as_ref().is_some_and(|held| held.value.step == Step::Proposed);
        if is_waiting && proposal.release.draft.is_none() {
            return Err(Error::Stale);
        }
        let kept = Kept::of(&proposal);
        records.push(self.proposal_shelf().replacing(&id, before.as_ref(), Some(&kept))?);
        let act = Act::Proposed { content: proposal.digest.clone() };
        let event = Event::of(Actor::person(session), act).about(proposal.release.ids());
        records.push(self.told(event)?);
        self.step(Vec::new(), records)?;
        Ok(proposal)
    }

    /// The proposals that this person may see: the own ones, and for a releaser those whose content
    /// the releaser may read. The latest first.
    pub fn proposals(&self, session: &Session) -> Result<Vec<Proposal>, Error> {
        let mut found = Vec::new();
        for (id, kept) in self.proposal_shelf().list()? {
            let proposal = kept.read(&id)?;
            if self.may_look(session, &proposal)? {
                found.push(proposal);
            }
        }
        found.sort_by_key(|proposal| std::cmp::Reverse(proposal.at));
        Ok(found)
    }

    /// A proposal, if this person may see it.
    pub fn proposal(&self, session: &Session, id: &str) -> Result<Option<Proposal>, Error> {
        let Some(kept) = self.proposal_shelf().get(id)? else { return Ok(None) };
        let proposal = kept.read(id)?;
        Ok(if self.may_look(session, &proposal)? { Some(proposal) } else { None })
    }

    /// Whether this person may decide on a proposal now.
    pub fn may_decide(&self, session: &Session, proposal: &Proposal) -> bool {
        proposal.is_waiting()
            && session.role.may_approve()
            && proposal.by.account != session.account
    }

    /// How many proposals wait for this person's decision.
    pub fn waiting_for(&self, session: &Session) -> Result<usize, Error> {
        if !session.role.may_approve() {
            return Ok(0);
        }
        let found = self.proposals(session)?;
        Ok(found.iter().filter(|proposal| self.may_decide(session, proposal)).count())
    }

    /// Whether anybody else of this node could decide on what this person would propose: a
    /// releaser who may read it.
    pub fn has_second(&self, session: &Session, release: &Release) -> Result<bool, Error> {
        let policies = self.own_policies(session, release)?;
        for account in self.account_list()? {
            let is_other = account.name != session.account && account.role == Role::Releaser;
            let person = crate::Viewer::Person {
                state: self.me().clone(),
                account: account.name.clone(),
                admin: false,
            };
            if is_other && self.may_read(&policies, &person) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a proposal would do now, for each partner and the public.
    pub fn preview_proposal(
        &self,
        session: &Session,
        proposal: &Proposal,
    ) -> Result<Preview, Error> {
        match &proposal.roster {
            Some(roster) => self.preview_at(session, &proposal.release, &self.place_with(roster)),
            None => self.preview(session, &proposal.release),
        }
    }

    /// Lets a proposal out: approves it and releases what it holds, in one transaction. `shown` is
    /// the [`Preview::digest`] of what the person was shown: nobody approves what looks otherwise
    /// by now.
    pub fn approve(&self, session: &Session, id: &str, shown: &str) -> Result<Released, Error> {
        let (held, proposal) = self.waiting(session, id)?;
        if !session.role.may_approve() {
            return Err(Error::NotAllowed);
        }
        if proposal.by.account == session.account {
            return Err(Error::OwnProposal);
        }
        let release = &proposal.release;
        let preview = self.preview_proposal(session, &proposal)?;
        preview.unblocked()?;
        let is_same = release.digest() == proposal.digest && preview.digest == shown;
        if !is_same || self.bases(session, release)? != proposal.bases {
            return Err(Error::Stale);
        }
        let _turn = Turn::to_sign(self.dir())?;
        let (ids, objects, mut records) = self.prepared(session, release)?;
        let step = Step::Released { by: Person::of(session), at: self.now(), ids: ids.clone() };
        let decided = held.value.decided(step);
        records.push(self.proposal_shelf().replacing(id, Some(&held), Some(&decided))?);
        records.extend(release.draft.iter().map(|draft| Record::remove(draft::SHELF, draft)));
        let act = Act::Released {
            objects: ids.len() as u64,
            marking: preview.badge.level,
            proposed_by: Some(Actor::account(&proposal.by.account)),
        };
        records.push(self.told(Event::of(Actor::person(session), act).about(ids.clone()))?);
        if let Some(roster) = &proposal.roster {
            records.extend(self.roster_records(session, roster)?);
        }
        self.step(objects, records)?;
        self.settle_place()?;
        self.settle_words(&ids)?;
        Ok(Released { ids })
    }

    /// Gives a proposal back to who made it, with a comment.
    pub fn return_proposal(&self, session: &Session, id: &str, comment: &str) -> Result<(), Error> {
        let (held, proposal) = self.waiting(session, id)?;
        if !self.may_decide(session, &proposal) {
            return Err(Error::NotAllowed);
        }
        let comment = comment.trim().to_owned();
        let step = Step::Returned { by: Person::of(session), at: self.now(), comment };
        let act = Act::Returned { content: proposal.digest.clone() };
        self.close(id, &held, step, Event::of(Actor::person(session), act))
    }

    /// Takes the own proposal back.
    pub fn withdraw_proposal(&self, session: &Session, id: &str) -> Result<(), Error> {
        let (held, proposal) = self.waiting(session, id)?;
        if proposal.by.account != session.account {
            return Err(Error::NotAllowed);
        }
        let act = Act::Withdrew { content: proposal.digest.clone() };
        let event = Event::of(Actor::person(session), act);
        self.close(id, &held, Step::Withdrawn { at: self.now() }, event)
    }

    fn close(&self, id: &str, held: &Held<Kept>, step: Step, event: Event) -> Result<(), Error> {
        let decided = held.value.decided(step);
        let mut records = vec![
            self.proposal_shelf().replacing(id, Some(held), Some(&decided))?,
            self.told(event)?,
        ];
        if let Some(draft) = &held.value.draft
            && let Some(found) = self.draft_shelf().held(draft)?
        {
            let free = draft::Draft { proposed: false, ..found.value.clone() };
            records.push(self.draft_shelf().replacing(draft, Some(&found), Some(&free))?);
        }
        self.step(Vec::new(), records)
    }

    /// The record that ends what is proposed of a draft, if something is: its content is another
    /// from now on, or it is gone.
    pub(crate) fn no_longer_proposed(&self, draft: &str) -> Result<Option<Record>, Error> {
        let Some(held) = self.proposal_shelf().held(draft)? else { return Ok(None) };
        if held.value.step != Step::Proposed {
            return Ok(None);
        }
        let decided = held.value.decided(Step::Withdrawn { at: self.now() });
        Ok(Some(self.proposal_shelf().replacing(draft, Some(&held), Some(&decided))?))
    }

    /// One transaction; [`Error::Stale`] if somebody took another step meanwhile.
    pub(crate) fn step(
        &self,
        objects: Vec<store::Admitted>,
        records: Vec<Record>,
    ) -> Result<(), Error> {
        match self.append(objects, records) {
            Err(Error::Store(store::Error::Changed { .. })) => Err(Error::Stale),
            other => Ok(other.map(|_| ())?),
        }
    }

    fn waiting(&self, session: &Session, id: &str) -> Result<(Held<Kept>, Proposal), Error> {
        let held = self.proposal_shelf().held(id)?.ok_or(Error::NoProposal)?;
        let proposal = held.value.clone().read(id)?;
        if !self.may_look(session, &proposal)? {
            return Err(Error::NoProposal);
        }
        if !proposal.is_waiting() {
            return Err(Error::Stale);
        }
        Ok((held, proposal))
    }

    /// Who proposed something sees it; so does a releaser who may read all of it. Of what is
    /// decided there is no content left to read: its title is for who took part.
    fn may_look(&self, session: &Session, proposal: &Proposal) -> Result<bool, Error> {
        let took_part = match &proposal.step {
            Step::Returned { by, .. } | Step::Released { by, .. } => by.account == session.account,
            Step::Proposed | Step::Withdrawn { .. } => false,
        };
        if took_part || proposal.by.account == session.account {
            return Ok(true);
        }
        if !proposal.is_waiting() || !session.role.may_approve() {
            return Ok(false);
        }
        let policies = self.own_policies(session, &proposal.release)?;
        Ok(self.may_read(&policies, &session.viewer()))
    }

    fn may_read(&self, policies: &[Policy], viewer: &crate::Viewer) -> bool {
        let place = self.inner.store.place();
        policies.iter().all(|policy| release::decide(policy, viewer, &place).allowed)
    }

    /// The versions that are held of what would be released.
    fn bases(
        &self,
        session: &Session,
        release: &Release,
    ) -> Result<BTreeMap<Id, Timestamp>, Error> {
        let view = self.view(session);
        let mut bases = BTreeMap::new();
        for id in release.ids() {
            let held =
                view.get(&id)?.filter(|seen| seen.holder == Holder::State(self.me().clone()));
            if let Some(version) = held.and_then(|seen| seen.object.version().cloned()) {
                bases.insert(id, version);
            }
        }
        Ok(bases)
    }

    fn proposal_shelf(&self) -> store::Shelf<Kept> {
        self.inner.store.shelf(SHELF)
    }
}

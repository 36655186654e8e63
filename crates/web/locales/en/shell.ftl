# The shell, in English.
skip = Skip to content
desks = Desks
crumbs = Breadcrumb
language = Language
apply = Apply
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
all = All
close = Close
name = Name
password = Password
marking = Marking
to-overview = To the overview
this-node = This node
takes-no-side = Entente records who says what and takes no side.
times-utc = Times in UTC
printed = Printed { $when } UTC by { $who }, { $state }. A printed copy cannot be recalled.
gained = Something new has arrived.
error-prefix = Error:
errors-title = { $n ->
    [one] There is { $n } thing to mend
   *[other] There are { $n } things to mend
}
partners-live = { $live } of { $all } partners live
page-holds = Page holds up to

keys-all = all keys
keys-title = Keys
keys-on = Keys are on at this browser

nav-overview = Overview
nav-partners = Partners
nav-account = Account
nav-design = Components

search-label = Search objects you may see
search-placeholder = Search titles, text, identifiers
search-title = Search
search-for = Everything on this node that you may see, the last received first.
search-go = Search
search-found = { $n ->
    [one] { $n } object
   *[other] { $n } objects
}
search-found-more = More than { $n } objects
search-empty = Nothing is looked for yet
search-empty-hint = Type words of a title or text, a place, a selector or an identifier. All words must occur.
search-none = Nothing that you may see has all these words
search-none-hint = Leave a word out, or write only the beginning of the last one.
search-received = Received
search-what = Object
search-type = Type

pager = Pages
pager-previous = ← Previous
pager-next = Next →

ago-seconds = { $n } s ago
ago-minutes = { $n } min ago
ago-hours = { $n } h ago

mark-owner = Owner: { $state }
mark-national = NATIONAL ONLY
mark-closed = UNKNOWN MARKING
marking-why = and why you see it
marking-since = Visible to you since { $when } UTC at the latest.

because-own = You see it because { $owner } owns it and you read at its node.
because-everybody = You see it because TLP:CLEAR is for everybody.
because-community = You see it because TLP:GREEN lets the community of partners read it. It may not go to public channels.
because-listed = You see it because { $owner } released it to { $home }.
because-named = You see it because the marking names you.
because-member = You see it because { $home } is a member of the group that the marking names. It may not be passed on.
because-workspace = You see it because it lies in the workspace of { $owner } at this node. No state answers for it.
because-feed = You see it because the feed { $owner }, which this node follows, brought it. No state answers for it.
because-administrator = You see it because you administer this node. Others here do not.
because-structural = It is the same at every node and tells nothing.

reason-own = owner
reason-everybody = TLP:CLEAR, everybody
reason-community = partner; TLP:GREEN
reason-listed = released to it
reason-named = named in the marking
reason-member = member of the group
reason-workspace = workspace of this node
reason-feed = feed that this node follows
reason-administrator = administrator
reason-structural = the same at every node
reason-national-only = not marked for anybody beyond its owner
reason-not-listed = the list does not name it
reason-not-member = no member of the group
reason-not-public = only TLP:CLEAR is public
reason-not-named = named persons only
reason-unknown-marking = the marking is not understood here
reason-not-relayed = not passed on to other nodes
reason-not-your-workspace = somebody else’s workspace

facts = Facts
facts-none = It says nothing beyond what stands above.
relations = Relations
relations-for = Only what you may see. Relations are claims of who made them.
relations-none = Nothing that you may see is related to it.
relations-from = It refers to
relations-to = Refers to it
history = History
history-newest = newest version
history-older = older version
raw = Raw STIX
raw-for = The download has the bytes as received.
raw-show = Show
download-stix = Download STIX
signature-good = signature good
signature-none = not signed

type-attack-pattern = Attack pattern
type-campaign = Campaign
type-course-of-action = Course of action
type-extension-definition = Extension definition
type-grouping = Grouping
type-identity = Identity
type-incident = Report
type-indicator = Indicator
type-infrastructure = Infrastructure
type-intrusion-set = Intrusion set
type-language-content = Translation
type-location = Location
type-malware = Malware
type-marking-definition = Marking
type-note = Note
type-observed-data = Observed data
type-opinion = Opinion
type-relationship = Relationship
type-report = Document
type-sighting = Sighting
type-threat-actor = Threat actor
type-tool = Tool
type-vulnerability = Vulnerability

overview-for = What has changed on this node since you were here on { $when } UTC.
overview-new = New, by owner
overview-latest = Nothing new since then; what came last, by owner
overview-by-themselves = New arrivals appear by themselves
overview-nothing-new = Nothing is new
overview-nothing-new-hint = What partners release to you appears here by itself.
overview-received = What partners received
overview-nothing-received = Nothing of ours has been released yet
overview-nothing-received-hint = Once you release a report, you see here which partner’s node has it.
overview-aside = Partners and what waits
overview-due = Waits for you
overview-nothing-due = Nothing waits for you
overview-nothing-due-hint = Drafts that you begin stand here until you release or delete them.

partner-live = Live
partner-gone = Unreachable
partner-waiting = Not asked yet
partner-no-source = We do not pull
partner-pulled = Answered { $when }
partner-since = Since { $when } UTC. Catches up by itself
partner-not-asked = This node has only just started
partner-no-invitation = It has not invited us
partner-conflict = Keys in conflict
partner-conflict-detail = Nothing of it is taken in until an administrator compares fingerprints
partner-ended = Key revoked
partner-ended-detail = Nothing new is taken in until an administrator has compared a new key
partners-for = The nodes of other states: whether they answer, and what they took from here.
partners-none = There are no partners yet
partners-none-hint = An administrator invites one with “entente peer invite” and uses its invitation with “entente peer add”.
partners-node = Node
partners-link = Link
partners-took = Last took something
partners-address = We pull from
partners-not-invited = may not sign in here
fingerprint = Key fingerprint
fingerprint-hint = Compare it by voice before a partner uses this node’s invitation.
aside-title = Kept aside
aside-for = What was not admitted, with the reason. It mixes with nothing.
aside-none = Nothing was kept aside
aside-none-hint = Objects that are malformed, unsigned or wrongly signed would stand here.
aside-when = When
aside-from = From
aside-reason = Why
aside-object = Object

role-analyst = Analyst
role-releaser = Releaser
role-administrator = Administrator
account-sessions = Sessions
account-sessions-for = Where you are signed in. End what you do not know.
account-since = Since
account-seen = Last used
account-browser = Browser
account-this = this one
account-end = End
account-end-of = End the session since { $when }
account-session-ended = The session has ended.
sign-out = Sign out
password-title = Password
password-for = A new password ends all your sessions.
password-old = Present password
password-new = New password
password-again = New password again
password-hint = At least 10 characters; three or four unrelated words do well.
password-set = Set the password
password-old-wrong = Write your present password; this one is not right
password-differs = Write the same new password twice
password-short = Choose a password of at least { $least } characters

sign-in = Sign in
sign-in-title = Sign in
sign-in-for = This node belongs to { $state }. Your account here is of this node alone.
sign-in-wrong = Name or password is wrong
sign-in-again = Try again
sign-in-wait = Too many tries: wait { $seconds } s, then try again

fault-not-found = Not found
hint-not-found = There is nothing at this address that you may see.
fault-forbidden = Not allowed
hint-forbidden = Your role does not allow that. An administrator of this node gives roles.
fault-stale = The form was not taken
hint-stale = It is no longer of your session, or comes from another page. Go back, reload the page and send it again; nothing was changed.
fault-malformed = Not understood
hint-malformed = The address or the form is not as this node makes them. Start again from the list or the form.
fault-unreleasable = Nothing was released
hint-unreleasable = The release would betray something to a recipient who may not see it. Open the draft: it says what to change.
fault-internal = The node could not do that
hint-internal = Nothing was changed. Try again; if it stays, tell the administrator the time, whose log says why.

design-for = Every component that pages are made of, in the order of the style sheet. Served by development nodes only.
design-states = States and markings
design-controls = Controls
design-lists = Lists
design-objects = Objects
design-acts = Acts

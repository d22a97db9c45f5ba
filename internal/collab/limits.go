package collab

import (
	"sync/atomic"
	"time"
)

// Limits bound what connections can ask for. What goes too fast is slowed
// down; what is too much is refused or cut off, with a reason.
type Limits struct {
	MessageBytes       int           // a longer edit is refused; eight times as much ends the connection
	StateVectorBytes   int           // a longer one ends the stay in the document; how many Yjs clients may write follows from it
	DocumentBytes      int           // a text of this size takes only edits that do nothing but delete
	DocumentsPerSocket int           //
	SocketsPerAccount  int           //
	QueueBytes         int           // waiting to be read by one connection; more cuts it off
	MessagesPerSecond  float64       // from one connection, on average; bursts are five times that
	BytesPerSecond     float64       // likewise
	Greeting           time.Duration // from connection to the first document
	Ping               time.Duration // between signs of life to a connection that is told nothing else
	Silence            time.Duration // after which a connection that says nothing is dead
	Storage            time.Duration // for one load or append
	Asking             time.Duration // for finding out who somebody is and what they may do
	Recheck            time.Duration // between two times that everybody's rights are looked up again
	CompactAfter       int           // so many edits are put into one snapshot
	CatchUp            time.Duration // between two looks for what other processes have committed, should their word be lost
}

var defaultLimits = Limits{
	MessageBytes: 4 << 20, StateVectorBytes: 256 << 10, DocumentBytes: 4 << 20,
	DocumentsPerSocket: 20, SocketsPerAccount: 40, QueueBytes: 16 << 20,
	MessagesPerSecond: 200, BytesPerSecond: 2 << 20,
	Greeting: 10 * time.Second, Ping: 10 * time.Second, Silence: 45 * time.Second,
	Storage: 15 * time.Second, Asking: 5 * time.Second, Recheck: 30 * time.Second,
	CompactAfter: 10_000, CatchUp: 2 * time.Second,
}

func (l Limits) withDefaults() Limits {
	d := defaultLimits
	fill(&l.MessageBytes, d.MessageBytes)
	fill(&l.StateVectorBytes, d.StateVectorBytes)
	fill(&l.DocumentBytes, d.DocumentBytes)
	fill(&l.DocumentsPerSocket, d.DocumentsPerSocket)
	fill(&l.SocketsPerAccount, d.SocketsPerAccount)
	fill(&l.QueueBytes, d.QueueBytes)
	fill(&l.MessagesPerSecond, d.MessagesPerSecond)
	fill(&l.BytesPerSecond, d.BytesPerSecond)
	fill(&l.Greeting, d.Greeting)
	fill(&l.Ping, d.Ping)
	fill(&l.Silence, d.Silence)
	fill(&l.Storage, d.Storage)
	fill(&l.Asking, d.Asking)
	fill(&l.Recheck, d.Recheck)
	fill(&l.CompactAfter, d.CompactAfter)
	fill(&l.CatchUp, d.CatchUp)
	return l
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Stats are counts since the start, but for Connections and Documents, which
// are how many there are now.
type Stats struct {
	Connections, Documents int
	Appends                int64 // commits
	Saved                  int64 // edits in them
	Refused                int64 // edits answered with SyncStatus false
	Failures               int64 // loads and commits that failed
	SlowReaders            int64 // connections cut off because they did not read
	Compactions            int64 // snapshots stored
	CaughtUp               int64 // times that edits of other processes were taken in
}

type counters struct {
	appends, saved, refused, failures, slowReaders, compactions, caughtUp atomic.Int64
}

// Stats gives the counts at this moment.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	connections, documents := len(h.sockets), len(h.documents)
	h.mu.Unlock()
	c := &h.stats
	return Stats{Connections: connections, Documents: documents, Appends: c.appends.Load(), Saved: c.saved.Load(),
		Refused: c.refused.Load(), Failures: c.failures.Load(), SlowReaders: c.slowReaders.Load(),
		Compactions: c.compactions.Load(), CaughtUp: c.caughtUp.Load()}
}

package export

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// JSON is the package itself, the bytes that were hashed.
const JSON = "json"

// Job is long work that can be left, come back to, and stopped.
type Job struct {
	ID           portal.JobID
	Kind         string
	State        string // waiting, running, done, failed, cancelled
	Account      portal.AccountID
	Organisation portal.OrganisationID
	Task         Task
	Done, Total  int // submissions
	ErrorCode    string
	FileName     string
	CreatedAt    time.Time
}

// keptFor is how long a job and its file are there to be fetched.
const keptFor = 7 * 24 * time.Hour

// Task says what a job is to make.
type Task struct {
	Round    portal.RoundID `json:"round"`
	Numbers  []string       `json:"numbers"` // of the receipts
	Format   string         `json:"format"`
	Language string         `json:"language"`
	Names    []string       `json:"names"` // of the files in the archive
}

// Store is what this package needs kept.
type Store interface {
	InsertJob(ctx context.Context, actor portal.Actor, j Job, e portal.AuditEvent) error
	Job(ctx context.Context, id portal.JobID) (Job, error)
	JobFile(ctx context.Context, id portal.JobID) ([]byte, error)
	// ClaimJob takes the oldest waiting job, or one whose worker has not been heard of since stale.
	ClaimJob(ctx context.Context, now, stale time.Time) (Job, bool, error)
	// Progress is also the worker's sign of life; going is false when the job is no longer to be done.
	Progress(ctx context.Context, id portal.JobID, done int, now time.Time) (going bool, err error)
	FinishJob(ctx context.Context, id portal.JobID, file []byte, errorCode string, now time.Time) error
	CancelJob(ctx context.Context, actor portal.Actor, id portal.JobID, e portal.AuditEvent) error
	// ForgetJobs removes jobs from before, with their files.
	ForgetJobs(ctx context.Context, before time.Time) error
	Package(ctx context.Context, number string) ([]byte, error)
}

// Service renders submissions, one at once or many as a job.
type Service struct {
	Store    Store
	Renderer Renderer
	// Attached gives the bytes of a file that a submission names beside the record of a treatment.
	Attached func(ctx context.Context, r portal.ResponseID, id portal.AttachmentID) ([]byte, error)
	// Opened is asked before the file of an export is given: the right to all that was sent is that of this moment, and so is the reading.
	Opened func(ctx context.Context, actor portal.Actor, round portal.RoundID) error
	Now    func() time.Time
	NewID  func() string
	Logger *slog.Logger
}

// File renders the package given as its canonical bytes: as those who sent it have it, or as incoming, as whom it was sent to.
func (s Service) File(ctx context.Context, raw []byte, format, language string, incoming bool) ([]byte, error) {
	if format == JSON {
		return raw, nil
	}
	var p evidence.Package
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("read the package: %w", err)
	}
	if format == Archive {
		return s.archive(ctx, raw, language, p, incoming)
	}
	return s.Renderer.Render(ctx, format, language, p)
}

// FileName is what a downloaded submission is called.
func FileName(number, owner, format string) string {
	switch format {
	case Receipt:
		return fmt.Sprintf("kvittering-%s-%s.pdf", number, owner)
	case Archive:
		return fmt.Sprintf("arkiv-%s-%s.zip", number, owner)
	}
	return fmt.Sprintf("innspill-%s-%s.%s", number, owner, format)
}

// Start begins a job that renders the submissions into one zip archive.
func (s Service) Start(ctx context.Context, actor portal.Actor, round portal.RoundID, submitted []portal.Response, format, language string) (Job, error) {
	if len(submitted) == 0 {
		return Job{}, portal.Conflictf("nothing_submitted", "there is nothing to render")
	}
	j := Job{ID: portal.JobID(s.NewID()), Kind: "export_round", State: "waiting", Account: actor.Account, Organisation: actor.Organisation,
		Total: len(submitted), CreatedAt: s.Now(), FileName: fmt.Sprintf("innspill-%s-%s.zip", format, s.Now().Format("2006-01-02-1504")),
		Task: Task{Round: round, Format: format, Language: language}}
	for _, r := range submitted {
		j.Task.Numbers = append(j.Task.Numbers, r.Last().Number)
		j.Task.Names = append(j.Task.Names, FileName(r.Last().Number, string(r.Owner.ID), format))
	}
	event := portal.AuditEvent{At: s.Now(), Action: "round.export", Round: round, Object: string(j.ID), Detail: map[string]any{"format": format, "submissions": j.Total}}
	return j, s.Store.InsertJob(ctx, actor, j, event)
}

// Job says how far it has come.
func (s Service) Job(ctx context.Context, actor portal.Actor, id portal.JobID) (Job, error) {
	return s.job(ctx, actor, id, "job.read")
}

func (s Service) job(ctx context.Context, actor portal.Actor, id portal.JobID, action policy.Action) (Job, error) {
	j, err := s.Store.Job(ctx, id)
	if err != nil {
		return Job{}, err
	}
	return j, policy.Decide(actor, action, policy.Object{State: j.State, Account: j.Account, Owner: j.Organisation})
}

// Cancel stops a job. One that has ended stays as it is.
func (s Service) Cancel(ctx context.Context, actor portal.Actor, id portal.JobID) (Job, error) {
	j, err := s.job(ctx, actor, id, "job.cancel")
	if err != nil {
		return Job{}, err
	}
	event := portal.AuditEvent{At: s.Now(), Action: "job.cancel", Round: j.Task.Round, Object: string(id)}
	if err := s.Store.CancelJob(ctx, actor, id, event); err != nil {
		return Job{}, err
	}
	return s.Job(ctx, actor, id)
}

// JobFile gives what a finished job made.
func (s Service) JobFile(ctx context.Context, actor portal.Actor, id portal.JobID) (Job, []byte, error) {
	j, err := s.Job(ctx, actor, id)
	if err != nil {
		return j, nil, err
	}
	if j.State != "done" {
		return j, nil, portal.Conflictf("not_finished", "the job is %s", j.State).With("state", j.State)
	}
	if err := s.Opened(ctx, actor, j.Task.Round); err != nil {
		return j, nil, err
	}
	file, err := s.Store.JobFile(ctx, id)
	return j, file, err
}

// Work does jobs until ctx ends. A job whose worker died is taken up again
// from its beginning; several processes may work side by side. What is old is
// removed with its file, whether or not there is anything to do.
func (s Service) Work(ctx context.Context) {
	const pause, lease, tidyEvery = time.Second, 2 * time.Minute, time.Hour
	var tidied time.Time
	for ctx.Err() == nil {
		if now := s.Now(); now.Sub(tidied) > tidyEvery {
			tidied = now
			if err := s.Store.ForgetJobs(ctx, now.Add(-keptFor)); err != nil && ctx.Err() == nil {
				s.Logger.Warn("old jobs were not removed", "error", err)
			}
		}
		job, found, err := s.Store.ClaimJob(ctx, s.Now(), s.Now().Add(-lease))
		if found && err == nil {
			err = s.do(ctx, job)
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.Warn("jobs must wait", "error", err)
		}
		if found && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

var errCancelled = errors.New("cancelled")

func (s Service) do(ctx context.Context, j Job) error {
	file, err := s.inOne(ctx, j)
	switch {
	case errors.Is(err, errCancelled):
		return nil
	case ctx.Err() != nil:
		return nil // another worker takes it up when this one is gone
	case err != nil:
		s.Logger.Error("job failed", "job", j.ID, "error", err)
		return s.Store.FinishJob(ctx, j.ID, nil, "render_failed", s.Now())
	}
	return s.Store.FinishJob(ctx, j.ID, file, "", s.Now())
}

// inOne makes the files of a job. All jobs are the ministry's, to whom everything was sent.
func (s Service) inOne(ctx context.Context, j Job) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i, number := range j.Task.Numbers {
		going, err := s.Store.Progress(ctx, j.ID, i, s.Now())
		if err != nil {
			return nil, err
		}
		if !going {
			return nil, errCancelled
		}
		raw, err := s.Store.Package(ctx, number)
		if err != nil {
			return nil, err
		}
		content, err := s.File(ctx, raw, j.Task.Format, j.Task.Language, true)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", j.Task.Names[i], err)
		}
		if err := (file{name: j.Task.Names[i], content: content}).into(z, j.CreatedAt); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// Command samsvar is the portal: one binary that serves, migrates, demonstrates and verifies.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// command is one thing the program does. Run gets its own arguments.
type command struct {
	name, usage, summary string
	run                  func(ctx context.Context, c config, args []string, out io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "serve", "serve the portal; without DATABASE_URL on a private PostgreSQL", serve},
		{"demo", "demo", "fill a private database with an invented country at work, and serve it", demonstrate},
		{"roles", "roles", "make the database roles of the program and of those who look on, or give them new passwords", makeRoles},
		{"migrate", "migrate", "bring the database to the newest version and load the reference data", migrate},
		{"load-reference", "load-reference [folder]", "load communities and municipalities from a folder of newer files", loadReference},
		{"grant", "grant issuer subject organisation role", "give an account a role from the command line: the first administrator", grantRole},
		{"verify", "verify file... [sha256:...]", "check offline: packages (with the hash on the receipt), an audit trail with its heads and keys, or both together", verify},
		{"trail", "trail file.jsonl", "sign the audit trail as it is now, and write it to a file for verify", exportTrail},
		{"readings", "readings slug file.jsonl", "write to a file who has read the texts of a round that asks for such a log", exportReadings},
		{"discard", "discard date decided-by", "throw away the drafts that were never sent, of rounds that closed before the date, a year ago or more", discard},
		{"keys", "keys new|begin|rotate [file.pem]", "make the key that signs the audit trail; begin signs the first head; rotate retires the present key for a new one", keys},
		{"backup", "backup file.dump", "write the whole database to a file, with pg_dump", backup},
		{"restore", "restore file.dump", "fill an empty database from such a file, with pg_restore; migrate afterwards", restore},
		{"config", "config", "describe every setting and its value now", describe},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(os.Stderr, "samsvar:", err)
		}
		stop()
		os.Exit(1)
	}
}

// errSaid ends the program without success when the reason has been printed.
var errSaid = errors.New("said")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		help(out)
		return nil
	}
	i := slices.IndexFunc(commands(), func(c command) bool { return c.name == args[0] })
	if i < 0 {
		help(os.Stderr)
		return fmt.Errorf("there is no command %q", args[0])
	}
	chosen := commands()[i]
	flags := flag.NewFlagSet(chosen.name, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() { fmt.Fprintf(out, "samsvar %s\n\n  %s\n", chosen.usage, chosen.summary) }
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return errSaid
	}
	c, err := readConfig()
	if err != nil {
		return err
	}
	return chosen.run(ctx, c, flags.Args(), out)
}

func help(out io.Writer) {
	fmt.Fprint(out, "Samsvar: joint answers from the health communities to the ministry.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-42s %s\n", "samsvar "+c.usage, c.summary)
	}
}

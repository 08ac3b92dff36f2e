// Verifies a receipt of the audit log by other people's code: the note and the tree by golang.org/x/mod/sumdb, the witness by Go's own Ed25519.
// Reads JSON from standard input, and ends with an error where something does not hold.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	LogKey     string
	WitnessKey string
	Receipt    string
	Earlier    string
	Proof      []string
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hashOf(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	raw, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(raw) != len(hash) {
		err = fmt.Errorf("%q is no hash", text)
	}
	copy(hash[:], raw)
	return hash, err
}

func treeOf(signed string, verifiers note.Verifiers) (tlog.Tree, *note.Note) {
	opened, err := note.Open([]byte(signed), verifiers)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := hashOf(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}, opened
}

// cosigned checks a signature of C2SP tlog-cosignature, which golang.org/x/mod does not know.
func cosigned(opened *note.Note, key string) error {
	parts := strings.SplitN(key, "+", 3)
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	for _, one := range opened.UnverifiedSigs {
		signature, err := base64.StdEncoding.DecodeString(one.Base64)
		if err != nil || one.Name != parts[0] || len(signature) != 76 || fmt.Sprintf("%08x", one.Hash) != parts[1] {
			continue
		}
		id := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
		if raw[0] != 4 || !bytes.Equal(id[:4], signature[:4]) {
			return fmt.Errorf("the id of the witness is not that of its key")
		}
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature[4:12]), opened.Text)
		if ed25519.Verify(raw[1:], []byte(message), signature[12:]) {
			return nil
		}
	}
	return fmt.Errorf("the witness has not signed")
}

func main() {
	var given input
	check(json.NewDecoder(os.Stdin).Decode(&given))
	verifier, err := note.NewVerifier(given.LogKey)
	check(err)
	verifiers := note.VerifierList(verifier)
	head, signed, _ := strings.Cut(given.Receipt, "\n\n")
	lines := strings.Split(head, "\n")
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	check(err)
	var opening struct {
		Nonce []byte
		Entry json.RawMessage
	}
	check(json.Unmarshal(extra, &opening))
	commitment := sha256.Sum256(append(opening.Nonce, opening.Entry...))
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	check(err)
	path := tlog.RecordProof{}
	for _, line := range lines[3:] {
		hash, err := hashOf(line)
		check(err)
		path = append(path, hash)
	}
	tree, opened := treeOf(signed, verifiers)
	check(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(commitment[:])))
	check(cosigned(opened, given.WitnessKey))
	earlier, _ := treeOf(given.Earlier, verifiers)
	proof := tlog.TreeProof{}
	for _, line := range given.Proof {
		hash, err := hashOf(line)
		check(err)
		proof = append(proof, hash)
	}
	check(tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash))
	fmt.Printf("holds: entry %d of %d\n", index, tree.N)
}

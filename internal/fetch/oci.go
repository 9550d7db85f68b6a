package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/mod/semver"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/svcgen/svcgen/internal/archive"
	"github.com/svcgen/svcgen/internal/cache"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/tree"
)

// The media types of an artifact with templates: an OCI image manifest with an
// empty configuration, one layer with the files, and perhaps one with the
// signature of their digest.
const (
	ArtifactType  = "application/vnd.svcgen.templates.v1"
	LayerType     = "application/vnd.svcgen.templates.v1.tar+gzip"
	SignatureType = "application/vnd.svcgen.signature.v1+sshsig"
)

const (
	maxManifest  = 1 << 20
	maxLayer     = 64 << 20
	maxSignature = 64 << 10
	maxTags      = 10_000
	maxRedirects = 5
)

func (f Fetcher) registry(s source.Source) (*remote.Repository, error) {
	repo, err := remote.NewRepository(s.Host + "/" + s.Path)
	if err != nil {
		return nil, failed(s, "%v", err)
	}
	base := f.HTTP
	if base == nil {
		base = http.DefaultTransport
	}
	local := source.Loopback(s.Host)
	repo.PlainHTTP = local
	repo.SkipReferrersGC = true
	repo.MaxMetadataBytes = maxManifest
	repo.Client = &auth.Client{
		Client:     &http.Client{Transport: guard{base, local}, CheckRedirect: redirected},
		Cache:      auth.NewCache(),
		Credential: auth.StaticCredential(s.Host, f.credential(s.Host)),
	}
	return repo, nil
}

// guard refuses requests without encryption, whoever asks for them: a redirect,
// or the address of a token service that a registry names. A registry on this
// machine is spoken to without, and no other host is from there.
type guard struct {
	next  http.RoundTripper
	local bool
}

func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && !(g.local && req.URL.Scheme == "http" && source.Loopback(req.URL.Host)) {
		return nil, fmt.Errorf("it leads to %s://%s, without encryption", req.URL.Scheme, req.URL.Host)
	}
	if req.URL.User != nil {
		return nil, fmt.Errorf("it leads to an address of %s with a password in it", req.URL.Host)
	}
	return g.next.RoundTrip(req)
}

func redirected(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("it leads from one address to the next without an end")
	}
	return nil
}

// explained makes errors of a registry ones that a person can mend.
func explained(s source.Source, err error, hint string) error {
	if err == nil || diag.All(err) != nil {
		return err
	}
	var resp *errcode.ErrorResponse
	switch {
	case errors.As(err, &resp) && (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden):
		return failed(s, "the registry refuses it (%s)", http.StatusText(resp.StatusCode)).WithHint("%s", hint)
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return failed(s, "the registry asks for a user and a password").WithHint("%s", hint)
	case errors.Is(err, errdef.ErrNotFound), errors.As(err, &resp) && resp.StatusCode == http.StatusNotFound:
		return failed(s, "there is no such artifact")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return failed(s, "the registry cannot be used: %v", err)
}

// oci fetches an artifact. Its bytes are compared with their digests before
// anything in them is read.
func (f Fetcher) oci(ctx context.Context, r *Result) error {
	repo, err := f.registry(r.Source)
	if err != nil {
		return err
	}
	hint := f.credentialHint(r.Source.Host)
	if r.Source.Version == "" && r.Source.Digest == "" {
		tag, err := newestOCITag(ctx, repo, r.Source, "")
		if err != nil {
			return explained(r.Source, err, hint)
		}
		r.Source.Version = tag
	}
	ref := r.Source.Digest
	if ref == "" {
		ref = r.Source.Version
	}
	desc, err := repo.Resolve(ctx, ref)
	if err != nil {
		return explained(r.Source, err, hint)
	}
	if desc.Size > maxManifest {
		return failed(r.Source, "its manifest has %d bytes; %d are allowed", desc.Size, maxManifest)
	}
	text, err := content.FetchAll(ctx, repo, desc)
	if err != nil {
		return explained(r.Source, err, hint)
	}
	r.Manifest = desc.Digest.String()
	m, err := manifest(r.Source, desc, text)
	if err != nil {
		return err
	}
	for _, layer := range m.Layers {
		data, err := content.FetchAll(ctx, repo, layer)
		if err != nil {
			return explained(r.Source, err, hint)
		}
		if layer.MediaType == SignatureType {
			r.Proof.Signature = data
			continue
		}
		if r.Files, err = archive.UnpackCompressed(data, cache.Limits); err != nil {
			return failed(r.Source, "the archive in it: %v", err)
		}
	}
	set, err := source.Select(r.Source.String(), r.Files.Paths())
	if err != nil {
		return err
	}
	r.Names = set.Names
	all := r.Files
	r.Files = tree.Tree{}
	for _, p := range set.Paths {
		r.Files[p] = all[p]
	}
	return plain(r)
}

// manifest reads an artifact's manifest and refuses what is none of svcgen's.
func manifest(s source.Source, desc ocispec.Descriptor, text []byte) (*ocispec.Manifest, error) {
	if desc.MediaType != ocispec.MediaTypeImageManifest {
		return nil, failed(s, "it is no artifact with templates, but %q", desc.MediaType).WithHint("svcgen template push makes one")
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, failed(s, "its manifest cannot be read")
	}
	if m.ArtifactType != ArtifactType {
		return nil, failed(s, "it is no artifact with templates, but %q", m.ArtifactType).WithHint("svcgen template push makes one")
	}
	count := map[string]int{}
	for _, l := range m.Layers {
		most := map[string]int64{LayerType: maxLayer, SignatureType: maxSignature}[l.MediaType]
		switch {
		case most == 0:
			return nil, failed(s, "it has a layer of the kind %q, which svcgen does not know", l.MediaType)
		case l.Size > most || l.Size < 0:
			return nil, failed(s, "a layer has %d bytes; %d are allowed", l.Size, most)
		case len(l.URLs) > 0:
			return nil, failed(s, "a layer is to be fetched from elsewhere")
		case l.Digest.Validate() != nil || l.Digest.Algorithm() != digest.SHA256:
			return nil, failed(s, "a layer's digest is %q; sha256 is known", l.Digest)
		}
		count[l.MediaType]++
	}
	if count[LayerType] != 1 || count[SignatureType] > 1 {
		return nil, failed(s, "it has %d layers with files and %d with signatures; one, and at most one, are known", count[LayerType], count[SignatureType])
	}
	return &m, nil
}

// newestOCITag returns the tag of the highest release. Where like is a tag, it
// is the least that counts.
func newestOCITag(ctx context.Context, repo *remote.Repository, s source.Source, like string) (string, error) {
	refs := map[string]string{}
	err := repo.Tags(ctx, "", func(tags []string) error {
		for _, t := range tags {
			refs["refs/tags/"+t] = t
		}
		if len(refs) > maxTags || len(tags) == 0 {
			return errEnough
		}
		return ctx.Err()
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err != nil {
		return "", err
	}
	if len(refs) > maxTags {
		return "", failed(s, "it has more than %d tags", maxTags).WithHint("name one")
	}
	tag := newestTag(refs, "", like)
	if tag == "" {
		return "", failed(s, "it has no tag that is a release").WithHint("name a tag, e.g. %s", s.At("1.0.0"))
	}
	return tag, nil
}

var errEnough = errors.New("enough")

func (f Fetcher) newestOCI(ctx context.Context, s source.Source) (source.Source, string, error) {
	if s.Digest != "" && s.Version == "" {
		return s, s.Digest, nil // it is what it is
	}
	repo, err := f.registry(s)
	if err != nil {
		return s, "", err
	}
	if _, v := splitTag(s.Version); v != "" || s.Version == "" {
		tag, err := newestOCITag(ctx, repo, s, s.Version)
		if err != nil && diag.All(err) == nil {
			return s, "", explained(s, err, f.credentialHint(s.Host))
		}
		if _, newest := splitTag(tag); err == nil && semver.Compare(newest, v) > 0 {
			s = s.At(tag)
		}
	}
	s.Digest = ""
	desc, err := repo.Resolve(ctx, s.Version)
	if err != nil {
		return s, "", explained(s, err, f.credentialHint(s.Host))
	}
	return s, desc.Digest.String(), nil
}

// Push puts files into a registry under the tag of s, with a signature where
// there is one, and returns the manifest's digest. A tag that stands for
// something else already stays, unless force: releases do not change.
func (f Fetcher) Push(ctx context.Context, s source.Source, files tree.Tree, signature []byte, force bool) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.time(), f.late(s))
	defer cancel()
	id, err := f.push(ctx, s, files, signature, force)
	return id, timely(ctx, explained(s, err, f.credentialHint(s.Host)))
}

func (f Fetcher) push(ctx context.Context, s source.Source, files tree.Tree, signature []byte, force bool) (string, error) {
	repo, err := f.registry(s)
	if err != nil {
		return "", err
	}
	packed, err := archive.Pack(files)
	if err != nil {
		return "", err
	}
	if packed, err = archive.Compress(packed); err != nil {
		return "", err
	}
	m := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: ArtifactType,
		Config: ocispec.DescriptorEmptyJSON}
	blobs := [][]byte{ocispec.DescriptorEmptyJSON.Data, packed}
	m.Config.Data = nil
	m.Layers = append(m.Layers, content.NewDescriptorFromBytes(LayerType, packed))
	if len(signature) > 0 {
		blobs = append(blobs, signature)
		m.Layers = append(m.Layers, content.NewDescriptorFromBytes(SignatureType, signature))
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	desc := content.NewDescriptorFromBytes(ocispec.MediaTypeImageManifest, text)
	switch now, err := repo.Resolve(ctx, s.Version); {
	case err == nil && now.Digest == desc.Digest:
		return desc.Digest.String(), nil
	case err == nil && !force:
		return "", failed(s, "the tag stands for something else already (%s)", now.Digest).
			WithHint("releases do not change: raise the tag; --force moves it all the same")
	case err != nil && !errors.Is(err, errdef.ErrNotFound):
		return "", err
	}
	for i, d := range append([]ocispec.Descriptor{m.Config}, m.Layers...) {
		if there, err := repo.Exists(ctx, d); err != nil {
			return "", err
		} else if there {
			continue
		}
		if err := repo.Push(ctx, d, bytes.NewReader(blobs[i])); err != nil && !errors.Is(err, errdef.ErrAlreadyExists) {
			return "", err
		}
	}
	return desc.Digest.String(), repo.Manifests().PushReference(ctx, desc, bytes.NewReader(text), s.Version)
}

// repositoryHost is the key under which a registry stands in Docker's
// configuration.
func repositoryHost(host string) []string {
	if host == "docker.io" || strings.HasSuffix(host, ".docker.io") {
		return []string{"https://index.docker.io/v1/", "index.docker.io", host}
	}
	return []string{host, "https://" + host, "https://" + host + "/", "https://" + host + "/v1/", "https://" + host + "/v2/"}
}

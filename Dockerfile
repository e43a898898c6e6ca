# docker build -t keyscan . && docker run --rm --user "$(id -u)" --volume "$PWD:/repo:ro" keyscan
FROM rust:1.89-alpine3.22 AS build
# What Rust's own linking against musl needs; there is one version of it in a release of Alpine.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
RUN cargo install --locked --path . --root /out

# One static program and nothing else: no shell, no user but this one.
FROM scratch
COPY --from=build /out/bin/keyscan /usr/local/bin/keyscan
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["/usr/local/bin/keyscan"]

# A static binary in an empty image, run by a user without a name. See docs/docker.md.
#
#   docker build --tag cambium --build-arg VERSION=v1.2.3 .

FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${VERSION}" -o /out/api ./cmd/api

FROM scratch
# The authorities that a DATABASE_URL with sslmode=verify-full is checked against.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/api /api
USER 65532:65532
EXPOSE 8080
# Inside a container loopback is nobody else's: all of its interfaces are meant.
ENV ADDR=:8080
ENTRYPOINT ["/api"]
CMD ["serve"]

# The image of Rejection Watch: python3 dev.py is not needed for it, only `docker build -t rejection-watch .`
# Pin the base by digest where you build (`docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:… .`).
ARG BASE=python:3.11-slim-bookworm

# Stage 1: the wheel, and an environment with what the lock pins for it. Nothing is installed that has no hash there.
FROM ${BASE} AS build
WORKDIR /src
COPY docker/pins.py docker/pins.py
COPY requirements.lock ./
RUN python3 -m venv --without-pip /build \
 && python3 -m venv --without-pip /opt/rejection-watch \
 && python3 docker/pins.py requirements.lock hatchling > /tmp/build.txt \
 && python3 docker/pins.py requirements.lock program > /tmp/program.txt \
 && python3 -m pip --python /build/bin/python install --no-cache-dir --no-deps --only-binary :all: \
    --require-hashes -r /tmp/build.txt \
 && python3 -m pip --python /opt/rejection-watch/bin/python install --no-cache-dir --no-deps --only-binary :all: \
    --require-hashes -r /tmp/program.txt
COPY pyproject.toml README.md LICENSE ./
COPY data/sample data/sample
COPY bot bot
COPY cogs cogs
RUN /build/bin/python -m hatchling build -t wheel -d /tmp/wheel \
 && python3 -m pip --python /opt/rejection-watch/bin/python install --no-cache-dir --no-deps --no-index /tmp/wheel/*.whl

# Stage 2: the environment alone. No source tree lies beside it that `import bot` could find instead of the wheel.
FROM ${BASE}
COPY --from=build /opt/rejection-watch /opt/rejection-watch
# Everything that is written is in /data; its owner is a number, so that a cluster can check it is not root.
RUN mkdir /data && chown 10001:10001 /data
ENV PATH=/opt/rejection-watch/bin:$PATH \
    REJECTION_WATCH_DATA=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
# The bot touches /data/heartbeat after every round of its outbox that went through (once a second).
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
  CMD ["python3", "-c", "import os, sys, time; sys.exit(time.time() - os.stat(os.environ['REJECTION_WATCH_DATA'] + '/heartbeat').st_mtime > 120)"]
ENTRYPOINT ["rejection-watch"]
CMD ["run"]

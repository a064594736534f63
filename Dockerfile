# One image for every service; docker-compose.yml names the command of each.
FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="tilshi" \
      org.opencontainers.image.description="An English daily digest of Kazakhstan's Kazakh and Russian press, made offline" \
      org.opencontainers.image.licenses="AGPL-3.0-or-later"

# OpenMP, for the embedding engine; nothing is compiled here.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /app
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock requirements-base.lock ./
RUN pip install --require-hashes -r requirements.lock
# The language model that translates, 240 MB: `--build-arg TILSHI_SMALL=1` goes without.
ARG TILSHI_SMALL=
RUN [ -n "$TILSHI_SMALL" ] || pip install --require-hashes -r requirements-base.lock

COPY pyproject.toml README.md LICENSE ./
COPY aggregator ./aggregator
COPY workers ./workers
COPY config ./config
RUN pip install --no-deps --no-build-isolation . \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin tilshi \
 && install -d -o tilshi -g tilshi -m 0700 /data

USER 10001:10001
ENV TILSHI_DATA_FOLDER=/data HOME=/tmp
VOLUME /data
ENTRYPOINT ["tilshi"]
CMD ["version"]

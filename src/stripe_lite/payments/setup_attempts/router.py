"""HTTP operations on setup attempts."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.setup_attempts import service as setup_attempts
from stripe_lite.payments.setup_attempts.schema import SetupAttemptListParams, SetupAttemptObject, render

router = Router(tag="Setup Intents")


@router.get("/v1/setup_attempts")
async def list_setup_attempts(work: Work, params: SetupAttemptListParams) -> ListObject[SetupAttemptObject]:
    """List the attempts of a setup intent, newest first."""
    page = await setup_attempts.page(work, params)
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url="/v1/setup_attempts")

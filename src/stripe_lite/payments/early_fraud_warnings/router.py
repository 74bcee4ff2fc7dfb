"""HTTP operations on early fraud warnings."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.early_fraud_warnings import service as fraud_warnings
from stripe_lite.payments.early_fraud_warnings.schema import EarlyFraudWarningListParams, EarlyFraudWarningObject

router = Router(tag="Early fraud warnings")


@router.get("/v1/radar/early_fraud_warnings")
async def list_early_fraud_warnings(
    work: Work, params: EarlyFraudWarningListParams
) -> ListObject[EarlyFraudWarningObject]:
    """List the warnings of card issuers, newest first."""
    return await fraud_warnings.listed(work, params)


@router.get("/v1/radar/early_fraud_warnings/{early_fraud_warning}")
async def retrieve_early_fraud_warning(work: Work, early_fraud_warning: str) -> EarlyFraudWarningObject:
    """Retrieve a warning."""
    return await fraud_warnings.show(work, early_fraud_warning)

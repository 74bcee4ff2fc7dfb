"""HTTP operations on source objects."""

from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.sources import making, objects
from stripe_lite.payments.sources.schema import (
    SourceObjectCreateParams,
    SourceObjectRetrieveParams,
    SourceObjectUpdateParams,
    SourceObjectVerifyParams,
    SourceSourceObject,
    render_source,
)

router = Router(tag="Sources")


@router.post("/v1/sources", publishable=True)
async def create_source_object(work: Work, params: SourceObjectCreateParams) -> SourceSourceObject:
    """Create a source object."""
    return render_source(await making.create(work, params))


@router.get("/v1/sources/{source}", publishable=True)
async def retrieve_source_object(work: Work, source: str, params: SourceObjectRetrieveParams) -> SourceSourceObject:
    """Retrieve a source object; with a publishable key, by its client secret too."""
    return render_source(await objects.seen(work, source, params.client_secret))


@router.post("/v1/sources/{source}")
async def update_source_object(work: Work, source: str, params: SourceObjectUpdateParams) -> SourceSourceObject:
    """Change a source object: what is not sent stays as it is."""
    return render_source(await objects.update(work, source, params))


@router.post("/v1/sources/{source}/verify")
async def verify_source_object(work: Work, source: str, params: SourceObjectVerifyParams) -> SourceSourceObject:
    """Prove by small deposits that the bank account is the payer's."""
    return render_source(await objects.verify(work, source, params))

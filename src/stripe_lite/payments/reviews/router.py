"""HTTP operations on reviews."""

from stripe_lite.core.lists import ListObject
from stripe_lite.db.work import Work
from stripe_lite.http.route import Router
from stripe_lite.payments.reviews import service as reviews
from stripe_lite.payments.reviews.schema import ReviewListParams, ReviewObject, render

router = Router(tag="Reviews")


@router.get("/v1/reviews")
async def list_reviews(work: Work, params: ReviewListParams) -> ListObject[ReviewObject]:
    """List the open reviews, newest first."""
    page = await reviews.page(work, params)
    return ListObject(data=[render(row) for row in page.rows], has_more=page.has_more, url="/v1/reviews")


@router.get("/v1/reviews/{review}")
async def retrieve_review(work: Work, review: str) -> ReviewObject:
    """Retrieve a review, be it open or closed."""
    return await reviews.show(work, review)


@router.post("/v1/reviews/{review}/approve")
async def approve_review(work: Work, review: str) -> ReviewObject:
    """Close a review: the payment is in order."""
    return render(await reviews.approve(work, review))

"""Runtime images."""

from __future__ import annotations

from aispace.images.schemas import ImageCreate, ImageQuery, ImageRead, ImageUpdate
from aispace.schemas import Page

from .base import AISpaceHandler, operation


class ImageCollectionHandler(AISpaceHandler):
    """All images."""

    @operation(
        action="read", resource="image", summary="List runtime images", query=ImageQuery, response=Page[ImageRead]
    )
    async def get(self, query: ImageQuery) -> Page[ImageRead]:
        """List runtime images."""
        return await self.call(self.platform.images.list, self.principal, query)

    @operation(
        action="write",
        resource="image",
        summary="Make a runtime image from requirements and build it",
        body=ImageCreate,
        response=ImageRead,
        status=201,
        location="images/{id}",
        idempotent=True,
    )
    async def post(self, body: ImageCreate) -> ImageRead:
        """Make a runtime image."""
        return await self.call(self.platform.images.create, self.principal, body)


class ImageHandler(AISpaceHandler):
    """One image."""

    @operation(action="read", resource="image", summary="Give one runtime image", response=ImageRead, etag=True)
    async def get(self, id: str) -> ImageRead:
        """Give one runtime image."""
        return await self.call(self.platform.images.get, self.principal, id)

    @operation(
        action="write",
        resource="image",
        summary="Change an image; other requirements build it again",
        body=ImageUpdate,
        response=ImageRead,
        etag=True,
        if_match=True,
    )
    async def patch(self, id: str, body: ImageUpdate, revision: int | None) -> ImageRead:
        """Change an image."""
        return await self.call(self.platform.images.update, self.principal, id, body, revision)

    @operation(action="write", resource="image", summary="Delete an image that nothing uses", if_match=True)
    async def delete(self, id: str, revision: int | None) -> None:
        """Delete an image."""
        await self.call(self.platform.images.delete, self.principal, id, revision)


class ImageBuildHandler(AISpaceHandler):
    """Build an image."""

    @operation(
        action="write",
        resource="image",
        summary="Build an image again, for instance after a failure",
        response=ImageRead,
        status=202,
        location="images/{id}",
    )
    async def post(self, id: str) -> ImageRead:
        """Build an image again."""
        return await self.call(self.platform.images.build, self.principal, id)


ROUTES = [
    ("/images", ImageCollectionHandler),
    ("/images/{id}", ImageHandler),
    ("/images/{id}/build", ImageBuildHandler),
]

#include "rootfs/image/chunk_encoder.hpp"

#include <new>
#include <zstd.h>

namespace farboot::rootfs
{

void ChunkEncoder::Free::operator()(void* context) const
{
    ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context));
}

ChunkEncoder::ChunkEncoder(int level) : context_(ZSTD_createCCtx())
{
    auto* context = static_cast<ZSTD_CCtx*>(context_.get());
    if (context == nullptr)
        throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
}

std::string ChunkEncoder::encode(Bytes plain)
{
    std::string stored(plain.size(), '\0');
    // A frame must be shorter than the chunk, so there is room for no more.
    const auto size = ZSTD_compress2(static_cast<ZSTD_CCtx*>(context_.get()), stored.data(), stored.size() - 1,
                                     plain.data(), plain.size());
    if (ZSTD_isError(size) != 0)
        return {reinterpret_cast<const char*>(plain.data()), plain.size()};
    stored.resize(size);
    return stored;
}

} // namespace farboot::rootfs

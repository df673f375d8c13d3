#pragma once

#include "rootfs/base/digest.hpp"

#include <memory>
#include <string>

namespace farboot::rootfs
{

/// zstd's range of levels that a publisher may ask for; memory and time grow with it.
inline constexpr int min_zstd_level = 1;
inline constexpr int max_zstd_level = 19;
inline constexpr int default_zstd_level = 9;

/// Makes a chunk's stored bytes: one zstd frame, or the plain bytes where that is no smaller. One a thread.
class ChunkEncoder
{
public:
    explicit ChunkEncoder(int level);
    [[nodiscard]] std::string encode(Bytes plain);

private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> context_;
};

} // namespace farboot::rootfs

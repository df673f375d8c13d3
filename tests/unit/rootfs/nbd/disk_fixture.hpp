#pragma once

#include "rootfs/nbd/disk_cache.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include <unistd.h>

namespace farboot::rootfs
{

inline constexpr std::size_t chunk_bytes = 256 * 1024;
/// Two segments, with room for 128 such chunks.
inline constexpr std::uint64_t two_segments = 2 * (disk_segment_bytes + disk_segment_index_bytes);

class DiskCacheTest : public testing::Test
{
protected:
    void SetUp() override
    {
        auto name = (std::filesystem::temp_directory_path() / "farboot-disk-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        open();
    }
    void TearDown() override
    {
        cache_.reset();
        std::filesystem::remove_all(folder_);
    }
    void open(std::uint64_t limit = two_segments)
    {
        cache_.reset();
        auto opened = DiskCache::open({folder_, limit, {}, [this](std::string_view said) { said_ = said; }});
        ASSERT_TRUE(opened) << opened.error().sentence;
        cache_ = std::move(*opened);
    }
    static Chunk chunk(unsigned number, std::size_t bytes = chunk_bytes)
    {
        std::mt19937 random(number);
        auto plain = std::make_shared<ChunkBytes>(bytes);
        for (auto& byte : *plain)
            byte = static_cast<std::byte>(random());
        return plain;
    }
    static Digest digest(unsigned number, std::size_t bytes = chunk_bytes) { return sha256(*chunk(number, bytes)); }
    void put(unsigned number, std::size_t bytes = chunk_bytes)
    {
        cache_->put(digest(number, bytes), chunk(number, bytes));
        cache_->flush();
    }
    [[nodiscard]] bool has(unsigned number, std::size_t bytes = chunk_bytes)
    {
        const auto found = cache_->find(digest(number, bytes), static_cast<std::uint32_t>(bytes));
        EXPECT_TRUE(!found || *found == *chunk(number, bytes)) << "a wrong byte";
        return found != nullptr;
    }
    [[nodiscard]] std::uint64_t bytes_on_disk() const
    {
        return std::filesystem::file_size(folder_ / "chunks") + std::filesystem::file_size(folder_ / "index");
    }
    void overwrite(const char* file, std::uint64_t offset, std::string_view bytes) const
    {
        std::fstream stream(folder_ / file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(static_cast<std::streamoff>(offset));
        stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    std::filesystem::path folder_;
    std::string said_; ///< by the cache

    std::unique_ptr<DiskCache> cache_;
};

} // namespace farboot::rootfs

#pragma once

#include "rootfs/cli/s3_client.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/image/pack_index.hpp"
#include "rootfs/image/retired_list.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// The list of what no image of a bucket's part needs any more, and of images that were removed: beside its v1/, as in
/// a folder (docs/store.md). Empty where there is none. Reasons: S3Client's, retired-malformed.
[[nodiscard]] Result<RetiredList> bucket_retired(const S3Client& client, const std::string& part,
                                                 const std::stop_token& stop);
[[nodiscard]] Result<void> set_bucket_retired(const S3Client& client, const std::string& part, const RetiredList& list,
                                              const std::stop_token& stop);

/// A store in an S3 bucket, looked after. Nothing locks a bucket: one program at a time. Reasons: S3Client's, and those
/// of LocalImage.
class BucketStore
{
public:
    /// What is for everybody, or an audience's part. `scratch` is a folder here for what is looked at: up to a pack and
    /// an image's manifest. Both must outlive this.
    BucketStore(const S3Client& client, std::filesystem::path scratch, std::string_view audience, std::stop_token stop);

    /// The images that have a manifest and a locator, and were not removed.
    [[nodiscard]] Result<std::vector<ImageRef>> images();
    /// Reads every pack that the image needs, once, and checks all chunks in it, and that they lie where the locator
    /// says. Further reasons: not-found (it was removed), digest-mismatch, pack-malformed, chunk-malformed.
    [[nodiscard]] Result<void> verify(const Digest& image,
                                      const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);
    /// Puts its locator and manifest on the list, in one step; clean() deletes them. False if neither is there, or both
    /// are on it already.
    [[nodiscard]] Result<bool> retire(const Digest& image, std::int64_t now);
    /// Deletes its locator, then its manifest: nobody can read from now on what he has not read before. False if
    /// neither was there.
    [[nodiscard]] Result<bool> remove(const Digest& image);

    struct Cleaned {
        struct File {
            std::string path;
            std::uint64_t bytes = 0;
            std::int64_t until = 0; ///< of those that wait: when they may be deleted, in seconds since 1970
        };
        std::vector<File> deleted;
        std::vector<File> waiting;
    };
    /// Deletes packs, hot packs and manifests that no locator has needed for so long, and images that were removed so
    /// long ago, which need nothing. Others that are not needed are put on the list and wait. Files (kernels) stay.
    /// Stops if an image cannot be read: it is not known what it needs.
    [[nodiscard]] Result<Cleaned> clean(std::int64_t keep_seconds, std::int64_t now, bool dry_run);

private:
    /// Brings manifest and locator into the scratch folder.
    [[nodiscard]] Result<LocalImage> open(const Digest& image);
    [[nodiscard]] Result<void> verify_pack_of(const PackRef& pack, std::span<const PackIndex::Row> wanted);

    const S3Client& client_;
    std::filesystem::path scratch_;
    std::string part_; ///< "", or "restricted/exam/"
    std::stop_token stop_;
};

} // namespace farboot::rootfs

#pragma once

#include "rootfs/cli/s3_client.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/image/retired_list.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// Brings images and files of a local store into an S3 bucket, file by file under the same names, as far as the bucket
/// lacks them: packs, several at a time, then the hot pack, the manifest, and at last the locator. Each appears whole
/// or not at all, and nothing leads to what is not there: an upload that was killed or stopped goes on when it is
/// started again. Reasons: those of LocalImage and S3Client, cancelled.
class S3Upload
{
public:
    struct Totals {
        std::uint64_t sent_bytes = 0;
        std::uint64_t known_bytes = 0; ///< of packs that were there
        std::uint64_t packs = 0;       ///< that were sent
    };

    /// From a store to its counterpart below the bucket's prefix: what is for everybody, or an audience's part
    /// (part_of_store()). `client` must outlive this.
    S3Upload(const S3Client& client, Store from, std::string_view audience, std::stop_token stop);

    [[nodiscard]] Result<Totals> image(const Digest& digest);
    /// How many bytes were sent: none if the bucket has the file.
    [[nodiscard]] Result<std::uint64_t> file(const Digest& digest);

private:
    /// A file of the store that is named by its digest, or is to have this one.
    struct Item {
        std::filesystem::path file;
        Digest digest;
        std::uint64_t bytes = 0;
    };

    [[nodiscard]] std::string path_of(const Item& item) const { return part_ + from_.relative(item.file); }
    [[nodiscard]] std::string immutable() const;
    /// Those that the bucket lacks, has in another length, or is about to give up.
    [[nodiscard]] Result<std::vector<Item>> lacking(const std::vector<Item>& items, const RetiredList& retired) const;
    [[nodiscard]] Result<void> send(const Item& item) const;

    const S3Client& client_;
    Store from_;
    std::string part_; ///< "", or "restricted/exam/"
    std::stop_token stop_;
};

} // namespace farboot::rootfs

#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/fetch/http.hpp"
#include "rootfs/s3/signature.hpp"
#include "tests/integration/rootfs/process.hpp"
#include "tests/unit/rootfs/fetch/authority.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace farboot::test
{

/// Ceph in one folder: a monitor, one object store in memory, and radosgw, which serves S3 over HTTPS and HTTP. It is
/// up in a quarter of a minute, and gone with its object.
class CephCluster
{
public:
    /// Throws with the programs' words if it does not come up.
    explicit CephCluster(std::filesystem::path folder);
    ~CephCluster() = default;
    CephCluster(const CephCluster&) = delete;
    CephCluster& operator=(const CephCluster&) = delete;

    [[nodiscard]] std::string endpoint() const;       ///< https://127.0.0.1:…
    [[nodiscard]] std::string plain_endpoint() const; ///< http://127.0.0.1:…
    [[nodiscard]] std::string ca() const { return (folder_ / "ca.pem").string(); }
    /// Of the one user, who owns all buckets.
    [[nodiscard]] static rootfs::S3Key key() { return {"AKIDFARBOOT", "c2VjcmV0/of+the/tests", ""}; }

    /// A request of that user, at once; `path` begins with the bucket.
    [[nodiscard]] rootfs::HttpResponse send(const std::string& method, const std::string& path,
                                            const rootfs::S3Request::Pairs& query = {}, const std::string& body = {});
    /// A request of anybody.
    [[nodiscard]] rootfs::HttpResponse ask(const std::string& method, const std::string& path_and_query);
    /// The names in a bucket that begin so.
    [[nodiscard]] std::vector<std::string> list(const std::string& bucket, const std::string& prefix);
    /// All that radosgw and the others have logged.
    [[nodiscard]] std::string log() const;

private:
    void write_configuration();
    [[nodiscard]] std::vector<std::string> with_configuration(const std::string& program,
                                                              std::vector<std::string> words) const;
    std::string must(const std::string& program, const std::vector<std::string>& words) const;
    void begin(const std::string& program, const std::vector<std::string>& words);

    std::filesystem::path folder_;
    rootfs::testing_fetch::Authority authority_;
    int port_;
    int plain_port_;
    std::vector<std::unique_ptr<Process>> programs_;
    std::unique_ptr<rootfs::HttpClient> http_;
};

} // namespace farboot::test

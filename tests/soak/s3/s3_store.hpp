#pragma once

#include "tests/integration/rootfs/nbd_server.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/soak/s3/ceph_cluster.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace farboot::test
{

/// A cluster for all tests of a suite, a bucket for each, images that are published here, and a server for PCs whose
/// address is this computer's and who belong to the audience "exam".
class S3Store : public ServerTest
{
protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    void SetUp() override;

    /// Publishes an image in a local store; gives its manifest's digest. A seed makes other bytes.
    std::string publish(const std::string& series, const std::string& audience, std::size_t bytes, unsigned seed);
    /// `farboot image copy … --to s3://<this test's bucket>/farboot`, with the right key.
    [[nodiscard]] std::vector<std::string> copy(std::vector<std::string> what) const;
    int farboot(std::vector<std::string> words, std::string* output);
    std::string good(const std::vector<std::string>& words);
    /// May everybody read what is for everybody?
    void open_to_all();
    /// The parameters of a reader of this record from the bucket.
    [[nodiscard]] std::vector<std::string> reader_of(const std::string& series) const;
    void expect_reads(const NbdServer& reader, const std::string& series);

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path / name).string(); }
    [[nodiscard]] std::string url() const { return cluster_->endpoint() + "/" + bucket_ + "/farboot"; }
    [[nodiscard]] std::string write_key(const std::string& name, const rootfs::S3Key& key) const;

    static std::unique_ptr<Folder> cluster_folder_;
    static std::unique_ptr<CephCluster> cluster_;
    std::string bucket_;
};

} // namespace farboot::test

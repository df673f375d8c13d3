#include "tests/soak/s3/ceph_cluster.hpp"

#include "tests/integration/rootfs/web_server.hpp"
#include "tests/reserved_port.hpp"

#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <stdexcept>

namespace farboot::test
{

using rootfs::HttpRequest;
using rootfs::HttpResponse;

namespace
{

std::string uuid()
{
    std::string text;
    std::ifstream("/proc/sys/kernel/random/uuid") >> text;
    return text;
}

} // namespace

CephCluster::CephCluster(std::filesystem::path folder)
    : folder_(std::move(folder)), port_(reserved_port()), plain_port_(reserved_port())
{
    for (const char* part : {"run", "mon", "osd"})
        std::filesystem::create_directories(folder_ / part);
    const auto identity = authority_.issue();
    write_whole(folder_ / "ca.pem", authority_.certificate());
    write_whole(folder_ / "server.pem", identity.certificate + identity.key);
    http_ = std::make_unique<rootfs::HttpClient>(rootfs::TlsTrust{ca(), true});
    write_configuration();

    must("ceph-mon", {"--mkfs", "-i", "a"});
    begin("ceph-mon", {"-i", "a", "-f"});
    const auto osd = uuid();
    must("ceph", {"--connect-timeout", "60", "osd", "new", osd});
    must("ceph-osd", {"-i", "0", "--mkfs", "--osd-uuid", osd});
    begin("ceph-osd", {"-i", "0", "-f"});
    if (!eventually([&] { return must("ceph", {"osd", "stat"}).find(" 1 up") != std::string::npos; }))
        throw std::runtime_error("Ceph's object store does not come up: " + log());
    begin("radosgw", {"-n", "client.rgw", "-f"});
    if (!eventually([&] {
            HttpRequest get;
            get.url = endpoint();
            const auto answer = http_->fetch(std::move(get));
            return answer && answer->status == 200;
        }))
        throw std::runtime_error("radosgw does not answer: " + log());
    must("radosgw-admin", {"-n", "client.rgw", "user", "create", "--uid=farboot", "--display-name=Farboot",
                           "--access-key=" + key().access_key, "--secret-key=" + key().secret_key});
}

void CephCluster::write_configuration()
{
    const auto folder = folder_.string();
    // radosgw would insist on encrypted connections within the cluster, which there are not without keys.
    write_whole(folder_ / "ceph.conf",
                fmt::format(R"([global]
fsid = {0}
mon host = [v2:127.0.0.1:{1},v1:127.0.0.1:{2}]
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms bind ipv6 = false
run dir = {3}/run
log file = {3}/$name.log
admin socket = {3}/run/$name.$pid.asok
mon data = {3}/mon
mon data avail warn = 1
mon data avail crit = 0
mon allow pool size one = true
osd data = {3}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
[mon.a]
mon addr = [v2:127.0.0.1:{1},v1:127.0.0.1:{2}]
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{4} ssl_endpoint=127.0.0.1:{5} ssl_certificate={3}/server.pem
rgw thread pool size = 16
)",
                            uuid(), reserved_port(), reserved_port(), folder, plain_port_, port_));
}

std::vector<std::string> CephCluster::with_configuration(const std::string& program,
                                                         std::vector<std::string> words) const
{
    words.insert(words.begin(), {program, "-c", (folder_ / "ceph.conf").string()});
    return words;
}

std::string CephCluster::must(const std::string& program, const std::vector<std::string>& words) const
{
    std::string output;
    if (run(with_configuration(program, words), &output) != 0)
        throw std::runtime_error(program + ": " + output + log());
    return output;
}

void CephCluster::begin(const std::string& program, const std::vector<std::string>& words)
{
    programs_.push_back(std::make_unique<Process>(with_configuration(program, words), folder_ / (program + ".out")));
}

std::string CephCluster::endpoint() const
{
    return fmt::format("https://127.0.0.1:{}", port_);
}

std::string CephCluster::plain_endpoint() const
{
    return fmt::format("http://127.0.0.1:{}", plain_port_);
}

HttpResponse CephCluster::send(const std::string& method, const std::string& path,
                               const rootfs::S3Request::Pairs& query, const std::string& body)
{
    const rootfs::S3Signer signer(key(), "us-east-1");
    HttpRequest request;
    request.method = method;
    const auto text = rootfs::s3_query(query);
    request.url = endpoint() + path + (text.empty() ? "" : "?" + text);
    request.body = body;
    request.max_body = 64 << 20;
    request.headers =
        signer.headers({method, fmt::format("127.0.0.1:{}", port_), path, query, {}}, sha256(as_bytes(body)),
                       std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    auto answer = http_->fetch(std::move(request));
    if (!answer)
        throw std::runtime_error(answer.error().sentence);
    return std::move(*answer);
}

HttpResponse CephCluster::ask(const std::string& method, const std::string& path_and_query)
{
    HttpRequest request;
    request.method = method;
    request.url = endpoint() + path_and_query;
    request.max_body = 64 << 20;
    auto answer = http_->fetch(std::move(request));
    if (!answer)
        throw std::runtime_error(answer.error().sentence);
    return std::move(*answer);
}

std::vector<std::string> CephCluster::list(const std::string& bucket, const std::string& prefix)
{
    const auto answer = send("GET", "/" + bucket, {{"list-type", "2"}, {"prefix", prefix}});
    std::vector<std::string> names;
    const std::regex key("<Key>([^<]*)</Key>");
    for (std::sregex_iterator found(answer.body.begin(), answer.body.end(), key), end; found != end; ++found)
        names.push_back((*found)[1]);
    return names;
}

std::string CephCluster::log() const
{
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        if (entry.path().extension() == ".log" || entry.path().extension() == ".out") {
            const auto whole = read_whole(entry.path());
            text += "\n" + entry.path().filename().string() + ":\n" +
                    whole.substr(whole.size() - std::min<std::size_t>(whole.size(), 2000));
        }
    return text;
}

} // namespace farboot::test

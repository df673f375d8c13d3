#pragma once

#include "pbl/agent/boot_job.hpp"
#include "pbl/agent/connect_job.hpp"
#include "pbl/agent/faces.hpp"
#include "pbl/agent/gui.hpp"
#include "pbl/agent/options.hpp"
#include "pbl/agent/person_login.hpp"
#include "pbl/agent/reporter.hpp"
#include "pbl/agent/text_menus.hpp"
#include "pbl/agent/worker.hpp"

#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string>

namespace farboot::agent
{

/// The state machine of docs/agent-protocol.md. It lives in the event loop's thread; what takes time runs as a job on
/// the worker's.
class Agent
{
public:
    Agent(boost::asio::io_context& loop, System& system, StageLog& log, Site site, Options options);

    /// Opens the socket, starts the text menus, and goes to work. Reason: socket.
    [[nodiscard]] Result<void> start();

private:
    enum class Doing { nothing, connecting, booting, preparing_gui };
    static constexpr int retry_after = 30; ///< seconds, after what waiting may heal, but not soon

    [[nodiscard]] std::vector<nlohmann::json> greeting() const;
    [[nodiscard]] Result<void> take_command(const nlohmann::json& command);
    [[nodiscard]] Result<void> choose(const std::string& record);
    void cancel();
    void refresh();
    [[nodiscard]] Result<void> page_ready();

    void obey(const PcCommand& command);
    void log_in();
    void log_out();
    [[nodiscard]] std::string session() const { return connected_ && connected_->pc ? connected_->pc->session : ""; }
    void leave(bool to_restart);

    void connect();
    void server_answered(Result<Connected> result);
    void count_down(int seconds);
    void boot(const rootfs::RecordName& record, bool by_itself);
    /// Entries that start no system.
    void use_tool(const rootfs::RecordName& tool, bool by_itself);
    void boot_failed(const Error& error, const rootfs::RecordName& record, bool by_itself);
    void prepare_graphics();
    void graphics_prepared(const Result<void>& result);
    /// Starts again from the server after a failure that nobody is there to see.
    void try_again(const Error& error, const std::string& record, int seconds);

    /// Back to the menu, or to the server if there is none yet.
    void idle();
    void work(Doing what, Worker::Job job);
    void show(Status status);
    void show_error(const Error& error, const std::string& record);
    [[nodiscard]] JobContext context(std::stop_token stop);
    [[nodiscard]] std::string title_of(const rootfs::RecordName& record) const;

    boost::asio::io_context& loop_;
    System& system_;
    StageLog& log_;
    const Site site_;
    const Options options_;

    ServerApi api_; ///< the jobs', as trust_
    rootfs::Trust trust_;
    PcKeys keys_; ///< the jobs'
    Status status_;
    std::optional<Connected> connected_;
    bool page_seen_ = false;
    bool attended_ = false; ///< somebody is at the PC: nothing boots by itself any more
    Doing doing_ = Doing::nothing;
    enum class GuiState { none, started, failed } gui_state_ = GuiState::none;
    boost::asio::steady_timer timer_; ///< of countdown and of waiting outside of jobs
    Faces faces_;
    TextMenus text_menus_;
    Gui gui_;
    Reporter reporter_;
    PersonLogin person_;
    Worker worker_;        ///< last, as the next: their threads end before what they use
    Worker reader_worker_; ///< asks the graphical layer's reader
};

} // namespace farboot::agent

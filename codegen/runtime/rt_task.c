
/* --- tasks: `parallel` --- */

/* Whoever runs tasks posts them as a job, works on it like everybody else, takes it back when no task is left, and
   waits for the threads that are still at one. So a job never waits for a thread to be free, and tasks within tasks
   cannot wait for each other. Threads are started when there are too few idle ones, and stay. */
typedef struct job {
    struct job *older;
    void (*run)(const struct job *, si_int);
    si_int n, next; /* how many tasks; the first that nobody has taken */
    si_int most;    /* threads at a time */
    si_int helpers; /* threads at it besides the one that posted it; under the lock */
    struct si_timer *timers, *shielded;
    const si_task *tasks; /* either these */
    const si_list *closures;
    void (*call)(void *, void *);
    si_list *values;
    si_caught *caught;
} job;

#ifdef SI_ALONE
static void run_job(job *j) {
    for (si_int i = 0; i < j->n; i++) j->run(j, i);
}
#else
enum { MAX_THREADS = 16 };
static struct {
    pthread_mutex_t lock;
    pthread_cond_t posted, left;
    job *jobs;
    int threads, idle;
} pool = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0, 0};

static void take_tasks(job *j) {
    for (si_int i; (i = __atomic_fetch_add(&j->next, 1, __ATOMIC_RELAXED)) < j->n;) j->run(j, i);
}

/* A job that could do with a thread more. */
static job *open_job(void) {
    job *j = pool.jobs;
    while (j && (SI_GET(j->next) >= j->n || j->helpers + 1 >= j->most)) j = j->older;
    return j;
}

static void *help(void *stack) {
    enter_stack(stack);
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        job *j = open_job();
        if (!j) {
            pool.idle++;
            pthread_cond_wait(&pool.posted, &pool.lock);
            pool.idle--;
            continue;
        }
        j->helpers++;
        pthread_mutex_unlock(&pool.lock);
        timers = j->timers;
        shielded = j->shielded;
        take_tasks(j);
        timers = shielded = NULL;
        pthread_mutex_lock(&pool.lock);
        if (--j->helpers == 0) pthread_cond_broadcast(&pool.left);
    }
    return NULL;
}

/* Wakes so many threads, or starts them. */
static void call_helpers(si_int wanted) {
    si_int missing = wanted - pool.idle;
    for (si_int i = 0; i < wanted && i < pool.idle; i++) pthread_cond_signal(&pool.posted);
    while (missing-- > 0 && pool.threads < MAX_THREADS) {
        pthread_t thread;
        char *stack = new_stack();
        if (!stack) return;
        if (!start_on_stack(&thread, stack, help, stack)) {
            munmap(stack, STACK_BYTES);
            return;
        }
        pthread_detach(thread);
        pool.threads++;
    }
}

static void run_job(job *j) {
    si_int wanted = (j->n < j->most ? j->n : j->most) - 1;
    if (wanted > 0) {
        j->timers = timers;
        j->shielded = shielded;
        pthread_mutex_lock(&pool.lock);
        SI_SET(si_threads, si_threads + 1);
        j->older = pool.jobs;
        pool.jobs = j;
        call_helpers(wanted);
        pthread_mutex_unlock(&pool.lock);
    }
    take_tasks(j);
    if (wanted > 0) {
        pthread_mutex_lock(&pool.lock);
        job **at = &pool.jobs;
        while (*at != j) at = &(*at)->older;
        *at = j->older;
        while (j->helpers > 0) pthread_cond_wait(&pool.left, &pool.lock);
        SI_SET(si_threads, si_threads - 1);
        pthread_mutex_unlock(&pool.lock);
    }
}
#endif

static void run_task(const job *j, si_int i) {
    si_protect(j->tasks[i].caught, j->tasks[i].run, j->tasks[i].arg);
}

static void forget_panic(si_caught *c) {
    si_release(c->line, si_str_free);
    si_release(c->msg, si_str_free);
    c->line = c->msg = NULL;
}

/* Only the first panic counts. */
static void keep_first_panic(const si_task *tasks, int n) {
    for (int i = 0, panics = 0; i < n; i++)
        if (tasks[i].caught->line && panics++ > 0) forget_panic(tasks[i].caught);
}

void si_run_all(const si_task *tasks, int n) {
    job j;
    memset(&j, 0, sizeof j);
    j.run = run_task;
    j.n = j.most = n;
    j.tasks = tasks;
    run_job(&j);
    keep_first_panic(tasks, n);
}

void si_run_in_order(const si_task *tasks, int n) {
    for (int i = 0; i < n; i++) si_protect(tasks[i].caught, tasks[i].run, tasks[i].arg);
    keep_first_panic(tasks, n);
}

typedef struct closure_call {
    void (*call)(void *, void *);
    void *closure, *place;
} closure_call;

static void call_closure(void *p) {
    closure_call *c = p;
    c->call(c->closure, c->place);
}

static void run_closure(const job *j, si_int i) {
    closure_call c;
    c.call = j->call;
    c.closure = ((void **)(void *)j->closures->data)[i];
    c.place = j->values->data + i * j->values->elem->size;
    si_protect(&j->caught[i], call_closure, &c);
}

/* Gives up the values; goes on with what the first task was left by that did not end. */
SI_NORETURN static void give_up_values(job *j, si_int failed) {
    si_caught first = j->caught[failed];
    for (si_int i = 0; i < j->n; i++) {
        if (!j->caught[i].line && !j->caught[i].timer)
            release_all(j->values->elem, j->values->data + i * j->values->elem->size, 1);
        else if (j->caught[i].line && i != failed)
            forget_panic(&j->caught[i]);
    }
    free(j->caught);
    si_release(j->values, si_list_free);
    si_reraise(&first);
    si_unreachable(); /* the timers of a list of tasks are outside of the call */
}

si_list *si_run_tasks(const si_list *tasks, si_int most, void (*call)(void *, void *), const si_type *elem) {
    if (tasks->len == 0) return &si_empty_list;
    job j;
    memset(&j, 0, sizeof j);
    j.run = run_closure;
    j.n = tasks->len;
    j.most = most;
    j.closures = tasks;
    j.call = call;
    j.values = si_list_new(elem, tasks->len);
    j.caught = si_alloc(check_mul((si_word)j.n, sizeof *j.caught));
    memset(j.caught, 0, (size_t)j.n * sizeof *j.caught);
    run_job(&j);
    for (si_int i = 0; i < j.n; i++)
        if (j.caught[i].line || j.caught[i].timer) give_up_values(&j, i);
    free(j.caught);
    j.values->len = j.n;
    return j.values;
}
